namespace Analytics.Api.Query.Language;

/// <summary>Type of an answer's column, in the words of the answer.</summary>
internal enum ColumnType
{
    Time,
    Text,
    Integer,
    Number,
    Boolean,

    /// <summary>Arrays, maps and tuples, which only SQL answers with.</summary>
    Json,
}

/// <param name="Name">Unique within the answer.</param>
internal readonly record struct Column(string Name, ColumnType Type)
{
    public string TypeWord => Type switch
    {
        ColumnType.Time => "time",
        ColumnType.Text => "string",
        ColumnType.Integer => "integer",
        ColumnType.Boolean => "boolean",
        ColumnType.Json => "json",
        _ => "number",
    };
}
