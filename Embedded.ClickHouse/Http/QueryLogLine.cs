using System.Text;

namespace Embedded.ClickHouse.Http;

/// <summary>One line per statement: who, what kind, how long, how much, which error. Texts at Debug only, data never.</summary>
internal sealed partial class QueryLogLine
{
    private const int LongestText = 2000;

    public string QueryId { get; set; } = "-";
    public string User { get; set; } = "-";
    public string Kind { get; set; } = "-";
    public int Code { get; set; }
    public string? Error { get; set; }
    public StatementBody? Text { get; set; }

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
    }

    private static string Sql(StatementBody text)
    {
        var length = text.Statement.Kind == Embedded.ClickHouse.Sql.StatementKind.InsertData ? text.Statement.SqlLength : text.Text.Length;
        return Encoding.UTF8.GetString(text.Text, 0, Math.Min(length, LongestText));
    }

    [LoggerMessage(Level = LogLevel.Information,
        Message = "Statement {QueryId} of {User}: {Kind}, {Milliseconds:F1} ms, read {ReadRows}, answered {ResultRows}, wrote {WrittenRows} rows, code {Code}")]
    private static partial void Finished(ILogger logger, string queryId, string user, string kind, double milliseconds,
        ulong readRows, ulong resultRows, ulong writtenRows, int code);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Statement {QueryId} was: {Sql}; error: {Error}")]
    private static partial void Told(ILogger logger, string queryId, string sql, string error);
}
