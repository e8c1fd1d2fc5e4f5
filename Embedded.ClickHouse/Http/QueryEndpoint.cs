using System.IO.Pipelines;
using Embedded.ClickHouse.Native;
using Embedded.ClickHouse.Running;
using Embedded.ClickHouse.Sql;

namespace Embedded.ClickHouse.Http;

/// <summary>One statement over HTTP, from the credentials to the log line.</summary>
internal sealed class QueryEndpoint(
    Engine engine, WorkerPool workers, Sessions sessions, Users users, Draining draining, TimeProvider clock, ILogger<QueryEndpoint> logger)
{
    public async Task HandleAsync(HttpContext http)
    {
        var answer = new Answer(http, engine, clock);
        var line = new QueryLogLine();
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, draining.Token);
        try
        {
            using var _ = draining.Enter();
            var principal = users.Authenticate(http.Request);
            var request = QueryRequest.Read(http.Request, principal, engine);
            line.QueryId = request.QueryId;
            line.User = principal.Name;
            line.Url = http.Request.Query;
            answer.SetQuery(request);
            answer.Statistics = await RunAsync(http, request, answer, line, cancellation.Token);
            await answer.EndAsync();
        }
        catch (Exception e) when (Refusal(e, http) is { } refusal)
        {
            line.Code = refusal.Code;
            line.Error = refusal.Message;
            if (!http.RequestAborted.IsCancellationRequested) await answer.FailAsync(refusal);
        }
        finally
        {
            line.Write(logger, answer);
        }
    }

    private async Task<Statistics> RunAsync(HttpContext http, QueryRequest request, Answer answer, QueryLogLine line, CancellationToken cancellation)
    {
        var decoder = Encodings.Decode(http.Request);
        await using var _ = decoder;
        var pipe = decoder is null ? http.Request.BodyReader : PipeReader.Create(decoder, new StreamPipeReaderOptions(bufferSize: 128 << 10));
        var (text, parameters) = http.Request.HasFormContentType && http.Request.ContentType!.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase)
            ? await FormAsync(http.Request, request, cancellation)
            : (await StatementBody.ReadAsync(request.Sql, pipe, cancellation), request.Parameters);
        line.Kind = text.Statement.Kind == StatementKind.InsertData ? "insert" : "statement";
        line.Text = text;

        if (text.Statement.Kind == StatementKind.Empty) throw new EngineException(62, "SYNTAX_ERROR", "Empty query");
        if (text.Statement.UsesFiles) throw new EngineException(497, "ACCESS_DENIED", "INTO OUTFILE and FROM INFILE would touch files of the server and are not allowed");
        if (request.IsReadOnly) ReaderRules.Check(text, request, parameters, engine);

        using var bound = new Parameters(parameters);
        await using var running = await RunningStatement.BeginAsync(engine, workers, cancellation);
        if (request.SessionId is not { } sessionId) return await ExecuteAsync(() => running.Connect(request.Settings, request.Database));

        var session = sessions.Enter(request.Principal.Name, sessionId, request.SessionMustExist);
        try
        {
            return await ExecuteAsync(() => Resume(running, session, request));
        }
        finally
        {
            if (session.Connection is not null) await running.CleanUpAsync(() => RestoreSettings(session, request));
            sessions.Leave(session, request.SessionTimeout);
        }

        Task<Statistics> ExecuteAsync(Action connect) => text.Statement.Kind == StatementKind.InsertData
            ? InsertCommand.RunAsync(running, connect, text, bound, cancellation)
            : SelectCommand.RunAsync(running, connect, text, request, bound, answer);
    }

    /// <summary>The settings of a request apply to that request alone, also within a session.</summary>
    private void Resume(RunningStatement running, Sessions.Session session, QueryRequest request)
    {
        session.Connection ??= engine.Connect([], request.Database);
        running.Borrow(session.Connection);
        if (request.Settings.Count > 0)
            session.Connection.Execute("SET " + string.Join(", ", request.Settings.Select(s => $"{s.Key} = {Engine.QuoteText(s.Value)}")));
    }

    private static void RestoreSettings(Sessions.Session session, QueryRequest request)
    {
        if (request.Settings.Count == 0) return;

        try
        {
            session.Connection!.Execute("SET " + string.Join(", ", request.Settings.Select(s => $"{s.Key} = DEFAULT")));
        }
        catch (EngineException)
        {
            // readonly stays in force until its connection ends.
            session.Connection!.Dispose();
            session.Connection = null;
        }
    }

    private static async Task<(StatementBody, List<KeyValuePair<string, string>>)> FormAsync(HttpRequest http, QueryRequest request, CancellationToken cancellation)
    {
        var form = await http.ReadFormAsync(cancellation);
        if (form.Files.Count > 0) throw new EngineException(48, "NOT_IMPLEMENTED", "External tables are not supported");

        var parameters = form.Where(f => f.Key.StartsWith("param_", StringComparison.Ordinal)).Select(f => KeyValuePair.Create(f.Key[6..], f.Value.ToString()));
        var sql = request.Sql.Length > 0 ? request.Sql : form["query"].ToString();
        return (await StatementBody.ReadAsync(sql, PipeReader.Create(Stream.Null), cancellation), [.. request.Parameters, .. parameters]);
    }

    /// <summary>What to tell the client; null for a fault of this program, which the host logs and answers with 500.</summary>
    private EngineException? Refusal(Exception exception, HttpContext http) => exception switch
    {
        EngineException e when e.Code == 394 && draining.Token.IsCancellationRequested => ShuttingDown,
        EngineException e => e,
        OperationCanceledException when draining.Token.IsCancellationRequested => ShuttingDown,
        OperationCanceledException => new EngineException(394, "QUERY_WAS_CANCELLED", "The client went away"),
        BadHttpRequestException e => new EngineException(1000, "POCO_EXCEPTION", e.Message),
        IOException when http.RequestAborted.IsCancellationRequested => new EngineException(394, "QUERY_WAS_CANCELLED", "The client went away"),
        InvalidDataException or IOException or ZstdSharp.ZstdException
            => new EngineException(27, "CANNOT_PARSE_INPUT_ASSERTION_FAILED", $"The body cannot be decoded as its Content-Encoding says: {exception.Message}"),
        _ => null,
    };

    private static EngineException ShuttingDown => new(202, "TOO_MANY_SIMULTANEOUS_QUERIES", "The server is shutting down");
}
