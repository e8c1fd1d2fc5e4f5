using System.Collections.Frozen;
using System.Text;
using Embedded.ClickHouse.Native;
using Embedded.ClickHouse.Running;
using Embedded.ClickHouse.Sql;

namespace Embedded.ClickHouse.Http;

/// <summary>
/// What a statement under <c>readonly=1</c> may say. The engine holds it to the grants and refuses writes, SET and a SETTINGS clause
/// at its end; these rules close what the engine leaves open: SETTINGS within a subquery (which would lift <c>additional_table_filters</c>),
/// table functions that read a table or its index past those filters, KILL, and, for read-only users, the system tables that tell
/// of other users' statements.
/// </summary>
internal static class ReaderRules
{
    private static readonly FrozenSet<string> Beginnings = Names("SELECT", "WITH", "EXPLAIN", "SHOW", "DESCRIBE", "DESC", "EXISTS");

    private static readonly FrozenSet<string> Shown = Names("TABLES", "DATABASES", "CREATE", "COLUMNS", "FIELDS", "FULL", "SETTINGS", "FUNCTIONS");

    // After a column called "settings"; none of them is the name of a setting.
    private static readonly FrozenSet<string> AfterColumn = Names("FROM", "WHERE", "AS", "AND", "OR", "IN", "IS", "LIKE", "ORDER", "GROUP", "ASC", "DESC");

    private static readonly FrozenSet<string> HarmlessFunctions = Names(
        "numbers", "numbers_mt", "zeros", "zeros_mt", "values", "view", "null", "generate_series", "generateSeries", "generateRandom", "format");

    private static readonly FrozenSet<string> SystemTables = Names(
        "one", "numbers", "numbers_mt", "zeros", "zeros_mt", "databases", "tables", "columns", "settings", "functions", "data_type_families",
        "formats", "time_zones", "build_options", "contributors", "licenses", "keywords", "table_functions", "table_engines",
        "aggregate_function_combinators", "collations", "completions");

    private static readonly FrozenSet<string> SystemDatabases = Names("system", "information_schema");

    public static void Check(StatementBody body, QueryRequest request, IEnumerable<KeyValuePair<string, string>> parameters, Engine engine)
    {
        if (body.Statement.Kind == StatementKind.InsertData) throw ReadOnly("Cannot execute query in readonly mode");

        var tokens = Read(body.Text);
        CheckBeginning(tokens);
        for (var i = 0; i < tokens.Count; i++)
        {
            var (previous, next) = (i > 0 ? tokens[i - 1] : default, i + 1 < tokens.Count ? tokens[i + 1] : default);
            if (!tokens[i].IsName) continue;

            var name = tokens[i].Text;
            if (tokens[i].Kind == TokenKind.Word && Same(name, "SETTINGS") && !previous.Is(".") && next.IsName
                && !(next.Kind == TokenKind.Word && AfterColumn.Contains(next.Text))) throw ReadOnly("Cannot modify settings in readonly mode");
            if (next.Is("(") && engine.TableFunctions.Contains(name) && !HarmlessFunctions.Contains(name)) throw Denied($"Function {name}");
        }

        if (request.Principal.ReadOnly) CheckSystem(tokens, request, parameters);
    }

    /// <summary>The first word in upper case, with the second one after EXPLAIN: <c>SELECT</c>, <c>EXPLAIN AST</c>.</summary>
    public static string Beginning(ReadOnlySpan<byte> sql)
    {
        var words = Read(sql).SkipWhile(t => t.Kind == TokenKind.Symbol).Take(2).Select(t => t.Kind == TokenKind.Word ? t.Text.ToUpperInvariant() : "").ToList();
        return words switch
        {
            ["EXPLAIN", var second] => $"EXPLAIN {second}",
            [var first, ..] => first,
            _ => "",
        };
    }

    private static void CheckBeginning(List<Token> tokens)
    {
        var first = tokens.FindIndex(t => t.Kind != TokenKind.Symbol);
        if (first < 0 || tokens[first].Kind != TokenKind.Word || !Beginnings.Contains(tokens[first].Text))
            throw ReadOnly("Cannot execute query in readonly mode");
        if (Same(tokens[first].Text, "SHOW") && (first + 1 >= tokens.Count || !Shown.Contains(tokens[first + 1].Text)))
            throw Denied("This SHOW");
    }

    private static void CheckSystem(List<Token> tokens, QueryRequest request, IEnumerable<KeyValuePair<string, string>> parameters)
    {
        if (SystemDatabases.Contains(request.Database)) throw Denied($"Database {request.Database} as the current one");

        for (var i = 0; i + 2 < tokens.Count; i++)
        {
            if (tokens[i].IsName && Same(tokens[i].Text, "system") && tokens[i + 1].Is(".") && !SystemTables.Contains(tokens[i + 2].Text))
                throw Denied($"system.{tokens[i + 2].Text}");
        }

        // {name:Identifier} puts a parameter where a name would be.
        var namesByParameter = tokens.Exists(t => t.Kind == TokenKind.Word && Same(t.Text, "Identifier"));
        if (namesByParameter && parameters.Any(p => p.Value.Contains("system", StringComparison.OrdinalIgnoreCase)))
            throw Denied("A system table named by a parameter");
    }

    private static List<Token> Read(ReadOnlySpan<byte> sql)
    {
        var tokens = new List<Token>();
        var lexer = new SqlLexer(sql);
        for (var kind = lexer.Next(); kind != TokenKind.End; kind = lexer.Next())
        {
            if (kind is TokenKind.Odd || lexer.HasNestedComment) throw Denied("Here-documents, typographic quotes, Unicode blanks and nested comments");
            if (kind == TokenKind.Unclosed) throw new EngineException(62, "SYNTAX_ERROR", "A quote or comment is not closed");

            var text = Encoding.UTF8.GetString(lexer.Current);
            if (kind == TokenKind.QuotedName)
            {
                if (text.Contains('\\', StringComparison.Ordinal)) throw Denied("Names with escapes");
                text = text[1..^1];
            }

            tokens.Add(new Token(kind, text));
        }

        return tokens;
    }

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);

    private static FrozenSet<string> Names(params string[] names) => names.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static EngineException Denied(string what) => new(497, "ACCESS_DENIED", $"{what}: not allowed in readonly mode");

    private static EngineException ReadOnly(string what) => new(164, "READONLY", what);

    private readonly record struct Token(TokenKind Kind, string Text)
    {
        public bool IsName => Kind is TokenKind.Word or TokenKind.QuotedName;

        public bool Is(string symbol) => Kind == TokenKind.Symbol && Text == symbol;
    }
}
