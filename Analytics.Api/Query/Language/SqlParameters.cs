using System.Buffers;
using System.Globalization;
using System.Text;

namespace Analytics.Api.Query.Language;

/// <summary>The values of one statement. Text of the query reaches the engine here and nowhere else.</summary>
internal sealed class SqlParameters
{
    private static readonly SearchValues<char> Special = SearchValues.Create("\\'\t\n\r\b\f\0");

    private readonly List<(string Name, string Placeholder, string Value)> _all = [];

    public IEnumerable<(string Name, string Value)> All => _all.Select(parameter => (parameter.Name, parameter.Value));

    public string Value(string name) => _all.Find(parameter => parameter.Name == name).Value;

    public string Text(string value, string? name = null) => Add("String", Escape(value), name);

    public string Number(double value) => Add("Float64", value.ToString("R", CultureInfo.InvariantCulture), null);

    public string Integer(long value, string? name = null) => Add("Int64", value.ToString(CultureInfo.InvariantCulture), name);

    /// <summary>A moment, in Unix milliseconds, as the type of the table's times.</summary>
    public string Instant(long unixMs, string? name = null) => $"fromUnixTimestamp64Milli({Integer(unixMs, name)})";

    public string Texts(IEnumerable<string> values) => Add("Array(String)", List(values, Quote), null);

    public string Numbers(IEnumerable<double> values) => Add("Array(Float64)", List(values, v => v.ToString("R", CultureInfo.InvariantCulture)), null);

    public string Integers(IEnumerable<long> values, string? name = null) =>
        Add("Array(Int64)", List(values, v => v.ToString(CultureInfo.InvariantCulture)), name);

    /// <summary>Rows of nullable texts as <c>Array(Tuple(UInt8, String, ...))</c>: whether it is null, and the text.</summary>
    public string Tuples(IEnumerable<IReadOnlyList<string?>> rows, int width) =>
        Add($"Array(Tuple({string.Join(", ", Enumerable.Repeat("UInt8, String", width))}))",
            List(rows, row => $"({string.Join(',', row.Select(text => text is null ? "1,''" : "0," + Quote(text)))})"), null);

    /// <summary>A parameter that the statement's own author named and typed; the value in the engine's escaped form, null as <c>\N</c>.</summary>
    public void Given(string name, string type, string value) => _all.Add((name, $"{{{name}:{type}}}", value));

    private static string List<T>(IEnumerable<T> values, Func<T, string> write) => $"[{string.Join(',', values.Select(write))}]";

    // Equal values share a parameter: shorter statements, and the same text for the same question.
    private string Add(string type, string value, string? name)
    {
        foreach (var known in _all)
            if (known.Value == value && known.Placeholder.EndsWith($":{type}}}", StringComparison.Ordinal) && (name is null || known.Name == name))
                return known.Placeholder;

        name ??= $"p{_all.Count}";
        var placeholder = $"{{{name}:{type}}}";
        _all.Add((name, placeholder, value));
        return placeholder;
    }

    /// <summary>A value of its own is read in the engine's "escaped" form.</summary>
    internal static string Escape(string value) => Encode(value, quote: false);

    /// <summary>Inside arrays and tuples texts are quoted literals.</summary>
    internal static string Quote(string value) => $"'{Encode(value, quote: true)}'";

    private static string Encode(string value, bool quote)
    {
        if (value.AsSpan().IndexOfAny(Special) < 0)
            return value;

        var text = new StringBuilder(value.Length + 8);
        foreach (var c in value)
            _ = c switch
            {
                '\\' => text.Append(@"\\"),
                '\t' => text.Append(@"\t"),
                '\n' => text.Append(@"\n"),
                '\r' => text.Append(@"\r"),
                '\b' => text.Append(@"\b"),
                '\f' => text.Append(@"\f"),
                '\0' => text.Append(@"\0"),
                '\'' when quote => text.Append(@"\'"),
                _ => text.Append(c),
            };
        return text.ToString();
    }
}
