using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Analytics.Api.Auth;
using Analytics.Api.Query.Language;
using Analytics.Contracts.Schema;
using Microsoft.Extensions.Options;

namespace Analytics.Api.Query;

/// <summary>
/// The one door to ClickHouse for questions. Every statement has a deadline, caps on memory, rows and bytes, an id, a span, and is read-only.
/// Whatever its text says, the engine itself lets it see rows of the caller's tenant only (<c>additional_table_filters</c>, which a
/// read-only statement cannot change). When the caller goes away, the connection is closed, and with it the query.
/// </summary>
/// <remarks>
/// It speaks HTTP itself instead of through ClickHouse.Driver: the engine writes JSON rows that are copied into the answer as they are,
/// without becoming objects in between, and one request costs a pooled connection and one URL.
/// </remarks>
internal sealed class QueryRunner(ClickHouseEndpoint endpoint, IOptions<QueryOptions> options, QueryTelemetry telemetry, QueryGate gate) : IDisposable
{
    /// <summary>One JSON array per row and line.</summary>
    public const string JsonRows = "JSONCompactEachRow";

    /// <summary>Plain bytes: texts keep every byte and need no unescaping.</summary>
    public const string Binary = "RowBinary";

    /// <summary>How many bytes at the end of a body can be the text of a failure instead of rows.</summary>
    internal const int LongestFailure = 16 * 1024;

    private const string Complete =
        "&cancel_http_readonly_queries_on_client_close=1&wait_end_of_query=1"
        + "&output_format_json_quote_64bit_integers=0&output_format_json_quote_denormals=0&output_format_json_escape_forward_slashes=0";

    // Where statements share cores that are counted (EngineCores) and the engine may set priorities (CAP_SYS_NICE): the check of what is stored, which every question waits for, goes ahead of computing.
    private const string Patience = "&os_thread_priority=5";

    // A month of hours of a hundred tenants is 72,000 rows.
    private static readonly QueryLimits VersionLimits = new(new QueryOptions { MaxResultRows = 10_000_000 });

    private static readonly MediaTypeHeaderValue PlainText = new("text/plain");
    private static readonly UriCreationOptions AsWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly QueryLimits _common = options.Value.Of(null);
    private readonly Dictionary<string, QueryLimits> _limits = Roles.All.ToDictionary(role => role, role => options.Value.Of(role));
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectTimeout = TimeSpan.FromSeconds(5),
        UseCookies = false,
        UseProxy = false,
        AllowAutoRedirect = false,
        ActivityHeadersPropagator = null, // our own span says more than the handler's
    })
    { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Runs a statement for a tenant. The result is complete: it fits into the caps, and the engine did not fail half-way.</summary>
    /// <exception cref="QueryFailedException">The engine refused, stopped or is away.</exception>
    /// <exception cref="OperationCanceledException">The caller went away.</exception>
    /// <param name="enough">Stop reading after so many bytes, with what there is by then; null: more than the cap is an error.</param>
    /// <param name="role">Whose limits hold; null: those of nobody in particular.</param>
    /// <param name="isKnown">Whether the question was answered before: <see cref="QueryGate.EnterAsync"/>.</param>
    public async Task<QueryResult> RunAsync(
        string tenant, Statement statement, string format, CancellationToken cancellationToken, int? enough = null, string? role = null, bool isKnown = false)
    {
        using var turn = await gate.EnterAsync(tenant, cancellationToken, isKnown);
        return await RunAsync(tenant, statement, format, enough, role is null ? _common : _limits[role], gate.Threads, cancellationToken);
    }

    /// <summary>
    /// What is stored, of any number of tenants, for the cache: never for an answer. It takes no place in the queue, because every question waits
    /// for it, and one runs at a time.
    /// </summary>
    public Task<QueryResult> ReadVersionsAsync(Statement statement, CancellationToken cancellationToken) =>
        RunAsync(null, statement, Binary, null, VersionLimits, threads: 1, cancellationToken);

    private async Task<QueryResult> RunAsync(
        string? tenant, Statement statement, string format, int? enough, QueryLimits limits, int? threads, CancellationToken cancellationToken)
    {
        var id = $"api-{Guid.CreateVersion7():N}";
        using var span = QueryTelemetry.Source.StartActivity("clickhouse query", ActivityKind.Client);
        span?.SetTag("db.system.name", "clickhouse").SetTag("db.query.text", statement.Sql).SetTag("clickhouse.query_id", id);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(limits.Deadline + TimeSpan.FromSeconds(2)); // the engine's own limit comes first and says more
        var started = Stopwatch.GetTimestamp();
        var outcome = "ok";
        telemetry.Running.Add(1);
        try
        {
            var result = await SendAsync(tenant, statement, format, id, enough, limits, threads, deadline.Token);
            telemetry.RowsRead.Add(result.Cost.RowsRead);
            span?.SetTag("clickhouse.rows_read", result.Cost.RowsRead);
            return result;
        }
        catch (Exception fault)
        {
            var explained = Explain(fault, cancellationToken);
            (explained as QueryFailedException)?.Name(limits);
            outcome = (explained as QueryFailedException)?.Kind.ToString() ?? "cancelled";
            span?.SetStatus(ActivityStatusCode.Error, outcome);
            if (ReferenceEquals(explained, fault))
                throw;
            throw explained;
        }
        finally
        {
            telemetry.Running.Add(-1);
            telemetry.Duration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, new KeyValuePair<string, object?>("outcome", outcome));
        }
    }

    /// <summary>
    /// Starts a statement whose result is as large as it is: the caller reads it as it comes. It takes no turn and keeps no more than a piece in
    /// memory; whoever opens streams limits their number.
    /// </summary>
    /// <exception cref="QueryFailedException">The engine refused, stopped or is away; reading can throw it too.</exception>
    public async Task<QueryStream> OpenAsync(
        string tenant, Statement statement, string format, StreamBudget budget, CancellationToken cancellationToken)
    {
        var id = $"api-{Guid.CreateVersion7():N}";
        using var request = Request(tenant, statement, format, id, Settings(budget));
        var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(budget.Deadline + TimeSpan.FromSeconds(2));
        HttpResponseMessage? response = null;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
            if (response.StatusCode == HttpStatusCode.OK)
                return new QueryStream(response, await response.Content.ReadAsStreamAsync(deadline.Token), deadline, telemetry, cancellationToken);

            var refusal = await response.Content.ReadAsByteArrayAsync(deadline.Token);
            throw QueryFailedException.Of(Code(response, refusal), Excerpt(refusal));
        }
        catch (Exception fault)
        {
            var explained = Explain(fault, cancellationToken);
            response?.Dispose();
            deadline.Dispose();
            if (ReferenceEquals(explained, fault))
                throw;
            throw explained;
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<QueryResult> SendAsync(
        string? tenant, Statement statement, string format, string id, int? enough, QueryLimits limits, int? threads, CancellationToken cancellationToken)
    {
        var share = threads is null ? "" : string.Create(CultureInfo.InvariantCulture, $"&max_threads={threads}") + (tenant is null ? "" : Patience);
        using var request = Request(tenant, statement, format, id, limits.Settings + share + Complete);
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var bytes = new PooledBuffer();
        try
        {
            var complete = await bytes.TryFillAsync(body, enough ?? limits.MaxResultBytes, cancellationToken);
            Check(response, bytes, complete || enough is not null);
            return new QueryResult(bytes, QueryCost.Parse(Header(response, "X-ClickHouse-Summary")));
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    private HttpRequestMessage Request(string? tenant, Statement statement, string format, string id, string settings) =>
        new(HttpMethod.Post, Address(tenant, statement.Parameters, format, id, settings))
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(statement.Sql)) { Headers = { ContentType = PlainText } },
            Headers = { Authorization = endpoint.Credentials },
        };

    private static void Check(HttpResponseMessage response, PooledBuffer bytes, bool complete)
    {
        if (response.StatusCode != HttpStatusCode.OK)
            throw QueryFailedException.Of(Code(response, bytes.Span), Excerpt(bytes.Span));
        if (!complete)
            throw new QueryFailedException(FailureKind.TooLarge, "The result had more bytes than the API keeps.", option: nameof(QueryOptions.MaxResultBytes));

        CheckEnd(response, bytes.Span[Math.Max(0, bytes.Length - LongestFailure)..]);
    }

    /// <summary>Announced by X-ClickHouse-Exception-Tag: a failure after the first bytes stands at the end of the body.</summary>
    /// <exception cref="QueryFailedException">There is one.</exception>
    internal static void CheckEnd(HttpResponseMessage response, ReadOnlySpan<byte> tail)
    {
        if (Header(response, "X-ClickHouse-Exception-Tag") is { } tag && tail.LastIndexOf(Encoding.ASCII.GetBytes($"__exception__\r\n{tag}")) is >= 0 and var at)
            throw QueryFailedException.Of(FirstNumber(tail[(at + tag.Length + 15)..]), Excerpt(tail[at..]));
    }

    internal static Exception Explain(Exception fault, CancellationToken caller) => fault switch
    {
        QueryFailedException => fault,
        OperationCanceledException when caller.IsCancellationRequested => fault,
        OperationCanceledException => new QueryFailedException(FailureKind.Timeout, "The engine did not stop at its deadline.", fault, nameof(QueryOptions.Deadline)),
        HttpRequestException or IOException => new QueryFailedException(FailureKind.Away, fault.Message, fault),
        _ => fault,
    };

    private Uri Address(string? tenant, SqlParameters parameters, string format, string id, string settings)
    {
        var url = new StringBuilder(endpoint.Root, 1024)
            .Append("?database=").Append(Uri.EscapeDataString(endpoint.Database))
            .Append("&default_format=").Append(format)
            .Append("&query_id=").Append(id)
            .Append(settings)
            .Append(endpoint.Settings)
            .Append(tenant is null ? "" : "&additional_table_filters=" + Uri.EscapeDataString(TenantFilters(tenant)))
            .Append("&readonly=1"); // last: nothing can be set after it
        foreach (var (name, value) in parameters.All)
            url.Append("&param_").Append(name).Append('=').Append(Uri.EscapeDataString(value));
        return new Uri(url.ToString(), AsWritten);
    }

    private string TenantFilters(string tenant)
    {
        var condition = SqlParameters.Quote($"tenant = {SqlParameters.Quote(tenant)}");
        return $"{{{string.Join(',', Tables.OfTenants.Select(table => $"'{endpoint.TablesDatabase}.{table}':{condition}"))}}}";
    }

    // The answer may begin before the query ends, and have any number of rows. Small pieces: a table just filled has many parts, and
    // reading them in order holds a piece of each.
    private static string Settings(StreamBudget budget) => string.Create(
        CultureInfo.InvariantCulture,
        $"&max_execution_time={budget.Deadline.TotalSeconds:0.###}&max_memory_usage={budget.MaxMemoryBytes}&max_threads={budget.MaxThreads}"
        + $"&max_block_size=4096&preferred_block_size_bytes=262144&read_in_order_use_buffering=0&max_read_buffer_size_local_fs=65536"
        + $"&cancel_http_readonly_queries_on_client_close=1");

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    private static int Code(HttpResponseMessage response, ReadOnlySpan<byte> body) =>
        int.TryParse(Header(response, "X-ClickHouse-Exception-Code"), NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : FirstNumber(body);

    // "Code: 241. DB::Exception: ..."
    private static int FirstNumber(ReadOnlySpan<byte> text)
    {
        var start = text.IndexOfAnyInRange((byte)'0', (byte)'9');
        if (start < 0)
            return 0;
        var rest = text[start..];
        var length = rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return int.TryParse(length < 0 ? rest : rest[..length], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }

    private static string Excerpt(ReadOnlySpan<byte> text) => Encoding.UTF8.GetString(text[..Math.Min(text.Length, 2_000)]);
}
