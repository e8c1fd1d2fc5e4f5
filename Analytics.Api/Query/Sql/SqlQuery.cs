using System.Diagnostics;
using System.Text.Json;
using Analytics.Api.Errors;
using Analytics.Api.Query.Formats;
using Analytics.Api.Query.Language;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.Api.Query.Sql;

/// <summary>
/// <c>POST /api/v1/sql</c>: one SELECT over the tenant's views. What it may say is decided by the tree the engine's parser made of it; what it
/// may see, by the engine alone. See docs/sql.md and docs/adr/0007-sql-of-analysts.md.
/// </summary>
internal sealed class SqlQuery(Askers askers, SqlEngine engine, TimeProvider clock)
{
    private const int LongestStatement = 32_768;

    public static async Task<Results<EmptyHttpResult, ProblemHttpResult>> HandleAsync(HttpContext context, SqlQuery sql, CancellationToken cancellationToken)
    {
        if (AnswerFormats.Negotiate(context.Request) is not { } format)
            return Problems.NotAcceptable(AnswerFormats.MediaTypes);

        var errors = new QueryErrors();
        using var document = QueryNode.Parse(await QueryBody.ReadAsync(context.Request, cancellationToken), errors);
        var (text, given) = document is null ? (null, null) : Read(new QueryNode(document.RootElement, "", errors));
        if (errors.Any || text is null)
            return Problems.InvalidQuery(errors);

        var (answer, error) = await sql.AskAsync(sql.Asker(context), text, given, cancellationToken);
        if (answer is null)
            return Problems.InvalidSql(error!);

        using var rows = answer.Rows;
        context.Response.ContentType = format.ContentType;
        await format.WriteAsync(context.Response.BodyWriter, answer, cancellationToken);
        return TypedResults.Empty;
    }

    private static (string? Sql, JsonElement? Parameters) Read(QueryNode root)
    {
        if (root.AsObject(["query", "parameters"]) is null)
            return default;
        var sql = root.Required("query", "a SELECT, as text.")?.AsString(LongestStatement);
        var parameters = root.Member("parameters");
        if (parameters is { Kind: not JsonValueKind.Object } odd)
            odd.Refuse(QueryErrorCodes.WrongType, $"An object was expected, not {QueryNode.Describe(odd.Kind)}.");
        return (sql, parameters?.Json);
    }

    private Asker Asker(HttpContext context) => askers.Of(context);

    private async Task<(Answer?, SqlError?)> AskAsync(Asker asker, string sql, JsonElement? given, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var (canonical, error) = await engine.ParseAsync(asker, sql, cancellationToken);
        if (canonical is null)
            return (null, error);

        // From here on only what the engine wrote is looked at and run, not what was sent.
        var tokens = SqlTokens.Of(canonical);
        if ((error = CheckWords(tokens)) is not null || SqlParameterReader.Bind(tokens, given, out error) is not { } parameters)
            return (null, error);
        var statement = new Statement(canonical, parameters);
        (var lines, error) = await engine.TreeAsync(asker, statement, cancellationToken);
        if ((error ??= SqlTree.Check(lines, tokens)) is not null)
            return (null, error);

        (var result, error) = await engine.RunAsync(asker, statement, cancellationToken);
        if (result is null)
            return (null, error);
        (var columns, error) = SqlColumns.Take(result);
        if (error is null)
            return (new Answer(columns, engine.Bounded(asker, result), "miss", Source.Raw.Word, Stopwatch.GetElapsedTime(started), now), null);
        result.Dispose();
        return (null, error);
    }

    private static SqlError? CheckWords(List<SqlToken> tokens)
    {
        if (tokens.SkipWhile(token => token.Text == "(").FirstOrDefault() is not { Kind: SqlTokenKind.Word, Text: "SELECT" or "WITH" })
            return SqlError.NotAllowed("Only a SELECT is answered here; it may begin with WITH.");
        foreach (var token in tokens)
        {
            if (token is { Kind: SqlTokenKind.Word, Text: "SETTINGS" or "FORMAT" or "OUTFILE" or "INFILE" or "RECURSIVE" })
                return SqlError.NotAllowed(token.Text == "FORMAT"
                    ? "FORMAT is not allowed: the header Accept chooses the form of the answer."
                    : $"{token.Text} is not allowed.");
            if (token.Kind == SqlTokenKind.QuotedName && token.Text.AsSpan().IndexOfAny("\\.") >= 0)
                return SqlError.NotAllowed("Names with dots or escapes are not allowed.");
        }

        return null;
    }
}
