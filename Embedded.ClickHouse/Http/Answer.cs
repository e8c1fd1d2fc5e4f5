using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Embedded.ClickHouse.Native;
using Embedded.ClickHouse.Running;

namespace Embedded.ClickHouse.Http;

/// <summary>The response of one statement: headers, body in the coding the client takes, and errors before or within it.</summary>
internal sealed class Answer(HttpContext http, Engine engine, TimeProvider clock)
{
    // Below this size compressing costs more than it saves.
    private const int SmallestCompressed = 4 << 10;

    // The driver looks for an error in the last 4096 bytes of a body.
    private const int LongestLateError = 3500;

    private readonly long started = clock.GetTimestamp();
    private readonly string tag = RandomNumberGenerator.GetHexString(16, lowercase: true);
    private Stream? body;

    public string? Format { get; set; }
    public Statistics Statistics { get; set; }
    public bool AllowCompression { get; set; }
    public TimeSpan Elapsed => clock.GetElapsedTime(started);

    public void SetQuery(QueryRequest request)
    {
        http.Response.Headers["X-ClickHouse-Query-Id"] = request.QueryId;
        AllowCompression = request.Compress;
    }

    /// <param name="length">Of the whole body, where it is known.</param>
    public void Begin(long? length)
    {
        var response = http.Response;
        AddHeaders();
        response.Headers["X-ClickHouse-Exception-Tag"] = tag;
        if (Format is { } format)
        {
            response.Headers["X-ClickHouse-Format"] = format;
            response.ContentType = OutputFormat.ContentType(format);
        }

        if (AllowCompression && length is null or >= SmallestCompressed && Encodings.Choose(http.Request) is { } coding)
        {
            response.Headers.ContentEncoding = coding;
            response.Headers.Vary = "Accept-Encoding";
            body = Encodings.Encode(response.Body, coding);
            return;
        }

        body = response.Body;
        response.ContentLength = length;
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> piece)
    {
        if (!piece.IsEmpty) await body!.WriteAsync(piece, http.RequestAborted);
    }

    public async Task EndAsync()
    {
        if (body is null) Begin(0);
        if (body != http.Response.Body) await body!.DisposeAsync();
    }

    public async Task FailAsync(EngineException error)
    {
        if (http.Response.HasStarted || body is not null)
        {
            await FailLateAsync(error);
            return;
        }

        var text = Encoding.UTF8.GetBytes(error.Message + "\n");
        http.Response.StatusCode = ErrorStatus.Of(error.Code);
        http.Response.ContentType = "text/plain; charset=UTF-8";
        http.Response.Headers["X-ClickHouse-Exception-Code"] = error.Code.ToString(CultureInfo.InvariantCulture);
        if (error.Code == 516 || error.Code == 194) http.Response.Headers.WWWAuthenticate = "Basic realm=\"ClickHouse server HTTP API\"";
        AddHeaders();
        http.Response.ContentLength = text.Length;
        await http.Response.Body.WriteAsync(text, http.RequestAborted);
    }

    /// <summary>The status is sent already: the error ends the body, marked by the tag announced in the headers.</summary>
    private async Task FailLateAsync(EngineException error)
    {
        if (http.Response.ContentLength is not null)
        {
            http.Abort();
            return;
        }

        var message = error.Message.Length > LongestLateError ? error.Message[..LongestLateError] : error.Message;
        var length = Encoding.UTF8.GetByteCount(message) + 1;
        await body!.WriteAsync(Encoding.UTF8.GetBytes($"\r\n__exception__\r\n{tag}\r\n{message}\n{length} {tag}\r\n__exception__\r\n"), http.RequestAborted);
        if (body != http.Response.Body) await body.DisposeAsync();
    }

    private void AddHeaders()
    {
        var headers = http.Response.Headers;
        var s = Statistics;
        headers["X-ClickHouse-Timezone"] = engine.TimeZone;
        headers["X-ClickHouse-Server-Display-Name"] = "embedded";
        headers["X-ClickHouse-Summary"] = string.Create(CultureInfo.InvariantCulture, $$"""
            {"read_rows":"{{s.ReadRows}}","read_bytes":"{{s.ReadBytes}}","written_rows":"{{s.WrittenRows}}","written_bytes":"{{s.WrittenBytes}}","total_rows_to_read":"{{s.ReadRows}}","result_rows":"{{s.ResultRows}}","result_bytes":"{{s.ResultBytes}}","elapsed_ns":"{{(long)Elapsed.TotalNanoseconds}}"}
            """);
    }
}
