using System.Text.Json;
using Analytics.Api.Query.Language;

namespace Analytics.Api.Query.Sql;

/// <summary>The columns of an answer, from the two lines that stand before its rows: names and the engine's types.</summary>
internal static class SqlColumns
{
    /// <summary>Cuts the two lines off <paramref name="result"/>; an error where a column has no value that could be shown.</summary>
    public static (List<Column> Columns, SqlError? Error) Take(QueryResult result)
    {
        var names = Line(result.Bytes, out var first);
        var types = Line(result.Bytes[first..], out var second);
        var columns = new List<Column>(names.Length);
        for (var i = 0; i < names.Length; i++)
        {
            if (types[i].Contains("AggregateFunction(", StringComparison.Ordinal) && !types[i].StartsWith("SimpleAggregateFunction(", StringComparison.Ordinal))
                return ([], new SqlError("refused", $"Column {names[i]} is the state of an aggregate function: finish it with its -Merge form or finalizeAggregation."));
            columns.Add(new Column(Unique(names[i], columns), Of(types[i])));
        }

        result.Drop(first + second);
        return (columns, null);
    }

    public static ColumnType Of(string type)
    {
        var name = Inner(type);
        var word = name.Split('(')[0];
        return word switch
        {
            "DateTime" => ColumnType.Time,
            "DateTime64" when name[11] is >= '0' and <= '3' => ColumnType.Time, // finer ones would lose digits
            "Bool" => ColumnType.Boolean,
            "Int8" or "Int16" or "Int32" or "Int64" or "UInt8" or "UInt16" or "UInt32" or "UInt64" => ColumnType.Integer,
            _ when word.StartsWith("Interval", StringComparison.Ordinal) => ColumnType.Integer,
            "Int128" or "Int256" or "UInt128" or "UInt256" or "Float32" or "Float64" or "BFloat16" => ColumnType.Number,
            _ when word.StartsWith("Decimal", StringComparison.Ordinal) => ColumnType.Number,
            "String" or "FixedString" or "Date" or "Date32" or "Time" or "Time64" or "UUID" or "IPv4" or "IPv6" or "DateTime64" or "Enum8" or "Enum16" or "Nothing" => ColumnType.Text,
            _ => ColumnType.Json,
        };
    }

    // Nullable(LowCardinality(X)) and the like are X to a reader.
    private static string Inner(string type)
    {
        foreach (var wrapper in new[] { "Nullable(", "LowCardinality(" })
            if (type.StartsWith(wrapper, StringComparison.Ordinal))
                return Inner(type[wrapper.Length..^1]);
        return type.StartsWith("SimpleAggregateFunction(", StringComparison.Ordinal) ? Inner(type[(type.IndexOf(", ", StringComparison.Ordinal) + 2)..^1]) : type;
    }

    private static string Unique(string name, List<Column> before)
    {
        var unique = name;
        for (var i = 2; before.Exists(column => column.Name == unique); i++)
            unique = $"{name}_{i}";
        return unique;
    }

    private static string[] Line(ReadOnlySpan<byte> bytes, out int length)
    {
        length = bytes.IndexOf((byte)'\n') + 1;
        return JsonSerializer.Deserialize<string[]>(bytes[..length])!;
    }
}
