using System.Text;
using Embedded.ClickHouse.Sql;

namespace Embedded.ClickHouse.Http;

/// <summary>One line per statement: who, what kind, how long, how much, which error. Texts at Debug only; values only at Trace, which shows the whole request.</summary>
internal sealed partial class QueryLogLine
{
    private const int LongestText = 2000;

    public string QueryId { get; set; } = "-";
    public string User { get; set; } = "-";
    public string Kind { get; set; } = "-";
    public int Code { get; set; }
    public string? Error { get; set; }
    public StatementBody? Text { get; set; }
    public IQueryCollection? Url { get; set; }

    public void Write(ILogger logger, Answer answer)
    {
        if (!logger.IsEnabled(LogLevel.Information)) return;

        var s = answer.Statistics;
        var milliseconds = answer.Elapsed.TotalMilliseconds;
        Finished(logger, QueryId, User, Kind, milliseconds, s.ReadRows, s.ResultRows, s.WrittenRows, Code);
        if (logger.IsEnabled(LogLevel.Debug))
        {
            var sql = Text is { } text ? Sql(text) : "-";
            Told(logger, QueryId, sql, Error ?? "-");
        }

        if (logger.IsEnabled(LogLevel.Trace))
        {
            var again = Again();
            Repeatable(logger, QueryId, User, again);
        }
    }

    /// <summary>One word that can be sent as it is, by curl for example: all keys of the URL but credentials, and the text as <c>query</c>.</summary>
    private string Again()
    {
        var keys = (Url ?? QueryCollection.Empty).Where(key => key.Key is not ("query" or "user" or "password"));
        var text = Text is { } body ? Encoding.UTF8.GetString(body.Text, 0, body.Statement.Kind == StatementKind.InsertData ? body.Statement.SqlLength : body.Text.Length) : "";
        return QueryString.Create(keys).Add("query", text).ToString();
    }

    private static string Sql(StatementBody text)
    {
        var length = text.Statement.Kind == StatementKind.InsertData ? text.Statement.SqlLength : text.Text.Length;
        return Encoding.UTF8.GetString(text.Text, 0, Math.Min(length, LongestText));
    }

    [LoggerMessage(Level = LogLevel.Information,
        Message = "Statement {QueryId} of {User}: {Kind}, {Milliseconds:F1} ms, read {ReadRows}, answered {ResultRows}, wrote {WrittenRows} rows, code {Code}")]
    private static partial void Finished(ILogger logger, string queryId, string user, string kind, double milliseconds,
        ulong readRows, ulong resultRows, ulong writtenRows, int code);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Statement {QueryId} was: {Sql}; error: {Error}")]
    private static partial void Told(ILogger logger, string queryId, string sql, string error);

    [LoggerMessage(Level = LogLevel.Trace, Message = "Statement {QueryId} of {User} again: {Url}")]
    private static partial void Repeatable(ILogger logger, string queryId, string user, string url);
}
