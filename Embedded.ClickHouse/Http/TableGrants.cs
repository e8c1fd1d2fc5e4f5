using System.Text;
using System.Text.RegularExpressions;
using Embedded.ClickHouse.Native;

namespace Embedded.ClickHouse.Http;

/// <summary>
/// Which tables a user may read, as a server's <c>GRANT SELECT</c> would say: libchdb knows one user only. The engine itself tells what a
/// statement reads: its resolved query tree is asked for, on the connection and with the settings the statement will run with.
/// </summary>
/// <param name="patterns">Names such as <c>analytics_sql.*</c>, where <c>*</c> stands for any letters, digits and underscores.</param>
internal sealed partial class TableGrants(IEnumerable<string> patterns)
{
    private static readonly byte[] Explain = Encoding.ASCII.GetBytes("EXPLAIN QUERY TREE ");

    private readonly Regex allowed = new($"^(?:system\\.one|{string.Join('|', patterns.Select(Pattern))})$", RegexOptions.CultureInvariant);

    /// <exception cref="EngineException">The statement reads something else, or cannot be understood.</exception>
    public void Check(Connection connection, ReadOnlySpan<byte> sql, Parameters parameters)
    {
        var text = ReaderRules.Beginning(sql);
        if (text is "EXPLAIN AST") return; // parses, and reads nothing
        if (text is not ("SELECT" or "WITH")) throw Denied("This statement");

        using var tree = connection.Query([.. Explain, .. sql], "TabSeparatedRaw"u8, parameters);
        Check(Encoding.UTF8.GetString(tree.GetSpan()));
    }

    // A name or text that holds a line feed can look like a further node, which refuses more, never less.
    internal void Check(string tree)
    {
        if (!tree.StartsWith("QUERY id:", StringComparison.Ordinal) && !tree.StartsWith("UNION id:", StringComparison.Ordinal)) throw Denied("This statement");

        foreach (var node in Node().EnumerateMatches(tree))
        {
            var line = tree.AsSpan(node.Index, node.Length).Trim();
            if (line.StartsWith("TABLE id:", StringComparison.Ordinal))
            {
                if (!allowed.IsMatch(TableName().Match(line.ToString()).Groups[1].Value)) throw Denied("A table of this statement");
            }
            else if (line.StartsWith("FUNCTION ", StringComparison.Ordinal))
            {
                if (ReadsByName().IsMatch(line)) throw Denied("A function of this statement");
            }
            else
            {
                throw Denied("A table function or a setting of this statement");
            }
        }
    }

    private static string Pattern(string name) => Regex.Escape(name.Trim()).Replace("\\*", "[A-Za-z0-9_]+", StringComparison.Ordinal);

    private static EngineException Denied(string what) => new(497, "ACCESS_DENIED", $"{what} is not granted to this user");

    [GeneratedRegex(@"^ *(?:TABLE id:|FUNCTION id:|TABLE_FUNCTION |SETTINGS\b).*$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Node();

    [GeneratedRegex(@"table_name: ([^,]*)", RegexOptions.CultureInvariant)]
    private static partial Regex TableName();

    // These name what they read in a text, where it is no node of the tree.
    [GeneratedRegex(@"function_name: (?:dict|joinGet|hasColumnInTable|getMergeTreeSetting|file\b)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex ReadsByName();
}
