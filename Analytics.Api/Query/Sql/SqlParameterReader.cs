using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Analytics.Api.Query.Language;
using NodaTime.Text;

namespace Analytics.Api.Query.Sql;

/// <summary>
/// Binds <c>{name:Type}</c> of a statement to the members of <c>parameters</c>. Types are a closed list: above all no <c>Identifier</c>, which
/// would let a value become a name.
/// </summary>
internal static partial class SqlParameterReader
{
    private static readonly Dictionary<string, (decimal Least, decimal Most)> Integers = new()
    {
        ["Int8"] = (sbyte.MinValue, sbyte.MaxValue),
        ["Int16"] = (short.MinValue, short.MaxValue),
        ["Int32"] = (int.MinValue, int.MaxValue),
        ["Int64"] = (long.MinValue, long.MaxValue),
        ["UInt8"] = (0, byte.MaxValue),
        ["UInt16"] = (0, ushort.MaxValue),
        ["UInt32"] = (0, uint.MaxValue),
        ["UInt64"] = (0, ulong.MaxValue),
    };

    /// <summary>Null after an error.</summary>
    public static SqlParameters? Bind(List<SqlToken> tokens, JsonElement? given, out SqlError? error)
    {
        var bound = new SqlParameters();
        var types = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var token in tokens.Where(token => token.Kind == SqlTokenKind.Parameter))
        {
            var parts = token.Text.Split(':', 2);
            if (parts.Length < 2 || !Name().IsMatch(parts[0]))
                return Refuse(out error, parts[0], "is not written as {name:Type}, with a name of letters, digits and underscores");
            if (types.TryGetValue(parts[0], out var before))
            {
                if (before != parts[1])
                    return Refuse(out error, parts[0], "has two types");
                continue;
            }

            types.Add(parts[0], parts[1]);
            if (given?.TryGetProperty(parts[0], out var value) is not true)
                return Refuse(out error, parts[0], "is missing");
            if (Type().Match(parts[1]) is not { Success: true } type)
                return Refuse(out error, parts[0], $"has a type that is not supported. Supported are String, Bool, UUID, Date, DateTime, DateTime64(3), Float64, {string.Join(", ", Integers.Keys)}, Nullable(…) and Array(…) of these");
            if (Text(value, type) is not { } text)
                return Refuse(out error, parts[0], $"is not a value of type {parts[1]}");
            bound.Given(parts[0], parts[1], text);
        }

        var unknown = given?.EnumerateObject().Select(member => member.Name).FirstOrDefault(name => !types.ContainsKey(name));
        if (unknown is not null)
            return Refuse(out error, unknown, "is not in the statement");
        error = null;
        return bound;
    }

    private static SqlParameters? Refuse(out SqlError? error, string name, string what)
    {
        name = name.Length <= 64 ? name : name[..64];
        error = new SqlError("parameter", $"The parameter {name} {what}.", Parameter: name);
        return null;
    }

    private static string? Text(JsonElement value, Match type)
    {
        var scalar = type.Groups["scalar"].Value;
        if (!type.Groups["array"].Success)
            return value.ValueKind == JsonValueKind.Null ? type.Groups["null"].Success ? "\\N" : null : Scalar(value, scalar, quoted: false);
        if (value.ValueKind != JsonValueKind.Array)
            return null;

        var items = value.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Null
            ? type.Groups["null"].Success ? "NULL" : null
            : Scalar(item, scalar, quoted: true)).ToList();
        return items.Contains(null) ? null : $"[{string.Join(',', items)}]";
    }

    private static string? Scalar(JsonElement value, string type, bool quoted)
    {
        if (Integers.TryGetValue(type, out var range))
            return value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) && decimal.IsInteger(number)
                && number >= range.Least && number <= range.Most ? number.ToString("F0", CultureInfo.InvariantCulture) : null;
        switch (type)
        {
            case "Float32" or "Float64":
                return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var real) && double.IsFinite(real)
                    ? real.ToString("R", CultureInfo.InvariantCulture) : null;
            case "Bool":
                return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetRawText() : null;
        }

        if (value.ValueKind != JsonValueKind.String || Characters(value) is not { } text)
            return null;
        var valid = type switch
        {
            "UUID" => Guid.TryParseExact(text, "D", out _) ? text : null,
            "Date" or "Date32" => LocalDatePattern.Iso.Parse(text).Success ? text : null,
            "String" => text,
            _ => Time(text, type),
        };
        return valid is null ? null : quoted ? SqlParameters.Quote(valid) : SqlParameters.Escape(valid);
    }

    private static string? Characters(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null; // half of a surrogate pair: JSON allows it, UTF-8 has nothing for it
        }
    }

    // As seconds since 1970: a text would be read in the column's timezone.
    private static string? Time(string text, string type)
    {
        if (!OffsetDateTimePattern.Rfc3339.Parse(text).TryGetValue(default, out var time))
            return null;
        var ms = time.ToInstant().ToUnixTimeMilliseconds();
        return type == "DateTime"
            ? ms >= 0 && ms / 1000 <= uint.MaxValue ? (ms / 1000).ToString(CultureInfo.InvariantCulture) : null
            : (ms / 1000m).ToString("F3", CultureInfo.InvariantCulture);
    }

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]{0,63}$", RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    [GeneratedRegex(
        @"^(?<array>Array\()?(?<null>Nullable\()?(?<scalar>String|Bool|UUID|Date32|Date|DateTime64\([0-9]\)|DateTime|Float(?:32|64)|U?Int(?:8|16|32|64))(?(null)\))(?(array)\))$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Type();
}
