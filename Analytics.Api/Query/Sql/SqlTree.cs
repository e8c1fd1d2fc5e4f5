using System.Collections.Frozen;

namespace Analytics.Api.Query.Sql;

/// <summary>
/// Judges a statement by the tree the engine's own parser made of it (<c>EXPLAIN AST</c>, a node per line, children indented): what is
/// not known to be harmless is refused, so a construct of a newer engine is, too.
/// </summary>
internal static class SqlTree
{
    private const string Select = "SelectQuery", Table = "TableIdentifier", TableExpression = "TableExpression", Function = "Function";

    private static readonly FrozenSet<string> Harmless = new[]
    {
        "SelectWithUnionQuery", "SelectIntersectExceptQuery", Select, "ExpressionList", "Subquery", "WithElement", "Literal", "Identifier", "Asterisk",
        "QualifiedAsterisk", "ColumnsTransformerList", "ColumnsExceptTransformer", "ColumnsReplaceTransformer", "ColumnsReplaceTransformer::Replacement",
        "ColumnsRegexpMatcher", "ColumnsListMatcher", "QualifiedColumnsRegexpMatcher", "QualifiedColumnsListMatcher", "TablesInSelectQuery",
        "TablesInSelectQueryElement", TableExpression, Table, "TableJoin", "ArrayJoin", "OrderByElement", "InterpolateElement", "WindowListElement",
        "WindowDefinition", Function,
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Memberships = new[] { "in", "notIn", "globalIn", "globalNotIn" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Null when nothing speaks against it.</summary>
    /// <param name="lines">The tree of the statement whose text is <paramref name="tokens"/>.</param>
    public static SqlError? Check(string[] lines, List<SqlToken> tokens)
    {
        for (var i = 0; i < lines.Length; i++)
        {
            var node = Node(lines[i]);
            if (!Harmless.Contains(node))
                return SqlError.NotAllowed($"This construct is not allowed in a statement here ({Describe(node)}).");
            if (node == TableExpression && (i + 1 == lines.Length || Node(lines[i + 1]) is not (Table or "Subquery")))
                return SqlError.NotAllowed("Table functions are not allowed. For a series of numbers use arrayJoin(range(…)).");
            if (node == Table && Argument(lines[i], Table).Contains('.', StringComparison.Ordinal))
                return SqlError.NotAllowed("Only events, sessions, events_hourly and events_daily can be read; they are written without a database.");
            if (node == Function && CheckFunction(lines, i) is { } error)
                return error;
        }

        // Were a part of the statement left out of the tree, it would have escaped the checks above.
        return lines.Count(line => Node(line) == Select) == tokens.Count(token => token is { Kind: SqlTokenKind.Word, Text: "SELECT" })
            ? null
            : SqlError.NotAllowed("A subquery stands where none is allowed.");
    }

    private static SqlError? CheckFunction(string[] lines, int at)
    {
        var name = Argument(lines[at], Function);
        if (!SqlFunctions.IsAllowed(name))
            return SqlError.NotAllowed($"The function {Short(name)} is not allowed, or there is no such function.");

        // "x IN a.b" would read table b of database a.
        var isTable = Memberships.Contains(name) && Children(lines, at + 1).ElementAtOrDefault(1) is { } right
            && Node(right) == "Identifier" && Argument(right, "Identifier").Contains('.', StringComparison.Ordinal);
        return isTable ? SqlError.NotAllowed("What follows IN is a list, a subquery or a name without a dot; for an array in a.b use has(a.b, x).") : null;
    }

    private static IEnumerable<string> Children(string[] lines, int parent)
    {
        if (parent >= lines.Length)
            yield break;
        var depth = Depth(lines[parent]) + 1;
        for (var i = parent + 1; i < lines.Length && Depth(lines[i]) >= depth; i++)
            if (Depth(lines[i]) == depth)
                yield return lines[i];
    }

    private static int Depth(string line) => line.Length - line.TrimStart(' ').Length;

    private static string Node(string line)
    {
        var text = line.TrimStart(' ');
        var end = text.IndexOf(' ', StringComparison.Ordinal);
        return end < 0 ? text : text[..end];
    }

    // "  Function sum (alias s) (children 1)"
    private static string Argument(string line, string node)
    {
        var text = line.TrimStart(' ')[node.Length..].Trim();
        var end = text.IndexOf(" (", StringComparison.Ordinal);
        return end < 0 ? text : text[..end];
    }

    private static string Describe(string node) => node switch
    {
        "Set" => "SETTINGS",
        "SampleRatio" => "SAMPLE",
        "ColumnsApplyTransformer" => "APPLY",
        _ => Short(node),
    };

    private static string Short(string name) => name.Length <= 64 ? name : name[..64];
}
