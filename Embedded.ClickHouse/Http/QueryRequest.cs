using System.Collections.Frozen;
using Embedded.ClickHouse.Native;
using Embedded.ClickHouse.Running;

namespace Embedded.ClickHouse.Http;

/// <summary>What a request says outside its body: the URL's keys and the headers, already checked.</summary>
internal sealed class QueryRequest
{
    private static readonly FrozenSet<string> Reserved = new[]
    {
        "query", "database", "default_format", "query_id", "session_id", "session_timeout", "session_check", "user", "password",
        "quota_key", "role", "compress", "decompress", "enable_http_compression", "wait_end_of_query", "buffer_size",
        "send_progress_in_http_headers", "http_headers_progress_interval_ms", "http_zlib_compression_level", "log_comment",
        "client_protocol_version", "cancel_http_readonly_queries_on_client_close", "readonly",
    }.ToFrozenSet(StringComparer.Ordinal);

    private QueryRequest(HttpRequest request, Principal principal)
    {
        var query = request.Query;
        Principal = principal;
        Sql = query["query"].ToString();
        Database = Last(query, "database") ?? request.Headers["X-ClickHouse-Database"].ToString();
        Format = Last(query, "default_format") ?? (request.Headers["X-ClickHouse-Format"] is [{ Length: > 0 } named, ..] ? named : "TabSeparated");
        QueryId = Last(query, "query_id") is { Length: > 0 } id ? id : Guid.NewGuid().ToString();
        SessionId = Last(query, "session_id") is { Length: > 0 } session ? session : null;
        SessionMustExist = IsTrue(query, "session_check");
        SessionTimeout = int.TryParse(Last(query, "session_timeout"), out var seconds) ? TimeSpan.FromSeconds(Math.Clamp(seconds, 1, 3600)) : TimeSpan.FromMinutes(1);
        WaitForEnd = IsTrue(query, "wait_end_of_query");
        Compress = IsTrue(query, "enable_http_compression");
        if (IsTrue(query, "compress") || IsTrue(query, "decompress"))
            throw new EngineException(48, "NOT_IMPLEMENTED", "compress=1 and decompress=1 (ClickHouse's own block format) are not supported; use HTTP Content-Encoding");
    }

    public Principal Principal { get; }
    public string Sql { get; }
    public string Database { get; }
    public string Format { get; }
    public string QueryId { get; }
    public string? SessionId { get; }
    public bool SessionMustExist { get; }
    public TimeSpan SessionTimeout { get; }
    public bool WaitForEnd { get; }
    public bool Compress { get; }

    /// <summary>Nothing may be changed, settings included (<c>readonly=1</c>).</summary>
    public bool IsReadOnly { get; private set; }

    /// <summary>In the order in which they are applied; <c>readonly</c> comes last, as it forbids all further changes.</summary>
    public List<KeyValuePair<string, string>> Settings { get; } = [];
    public List<KeyValuePair<string, string>> Parameters { get; } = [];

    public static QueryRequest Read(HttpRequest request, Principal principal, Engine engine)
    {
        var result = new QueryRequest(request, principal);
        foreach (var (key, values) in request.Query)
        {
            var value = values is [.., { } last] ? last : "";
            if (key.StartsWith("param_", StringComparison.Ordinal)) result.Parameters.Add(new(key[6..], value));
            else if (Reserved.Contains(key)) continue;
            else if (engine.Settings.Contains(key)) result.Settings.Add(new(key, value));
            else throw new EngineException(115, "UNKNOWN_SETTING", $"Setting {key} is neither a builtin setting nor started with the prefix 'SQL_' registered for user-defined settings");
        }

        result.AddReadOnly(request);
        return result;
    }

    private void AddReadOnly(HttpRequest request)
    {
        var asked = Last(request.Query, "readonly");
        var level = Principal.ReadOnly ? "1"
            : asked is { Length: > 0 } and not "0" ? asked
            : HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) ? "2"
            : null;
        if (level is null) return;

        if (level is not ("1" or "2")) throw new EngineException(36, "BAD_ARGUMENTS", "readonly must be 0, 1 or 2");
        IsReadOnly = level == "1";
        Settings.Add(new("readonly", level));
    }

    private static string? Last(IQueryCollection query, string key) => query.TryGetValue(key, out var values) ? values[^1] : null;

    private static bool IsTrue(IQueryCollection query, string key) => Last(query, key) is { Length: > 0 } and not ("0" or "false");
}
