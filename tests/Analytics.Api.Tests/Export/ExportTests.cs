using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Analytics.Api.Tests.Query;
using TestKit;

namespace Analytics.Api.Tests.Export;

/// <summary>Exports as clients see them, from a real engine. Columnar files are read back by ClickHouse, which has its own readers.</summary>
public sealed class ExportTests(TwoTenants tenants) : IClassFixture<TwoTenants>
{
    private const string EventColumns =
        "id String, type String, source String, subject Nullable(String), time DateTime64(3, 'UTC'), sessionid Nullable(String), traceid Nullable(String), data Nullable(String), extensions Nullable(String), received DateTime64(3, 'UTC'), position String";

    private static readonly DateTimeOffset Start = new(2026, 11, 20, 8, 0, 0, TimeSpan.Zero);

    private static readonly string[] Data =
    [
        "", "{}", "{ \"a\" : 1.50,\t\"b\":[1, 2] }", """{"text":"comma, quote \" and \\n \u00e9 😀"}""", "{\"x\":\n1,\r\n\"y\":2}", $$"""{"long":"{{new string('x', 40_000)}}"}""",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2_500)]
    public async Task Ndjson_is_the_events_byte_for_byte_in_the_order_of_the_table(int count)
    {
        var (client, events) = await TenantWithAsync(count);

        var file = await ExportedFile.OfAsync(client, new { format = "ndjson", events = new { } });

        Assert.Equal("application/x-ndjson", file.Headers.ContentType?.MediaType);
        Assert.EndsWith(".ndjson", file.Headers.ContentDisposition?.FileName?.Trim('"'), StringComparison.Ordinal);
        Assert.Equal(events.Select(NdJson), file.Text.Split('\n')[..^1]);
        Assert.EndsWith("\n", file.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Csv_has_a_header_and_every_field()
    {
        var (client, events) = await TenantWithAsync(300);

        var file = await ExportedFile.OfAsync(client, new { format = "csv", events = new { } });

        Assert.StartsWith("id,type,source,subject,time,sessionid,traceid,data,extensions,received,position\r\n", file.Text, StringComparison.Ordinal);
        var rows = await ExportedFile.ReadByEngineAsync(tenants.Database, file.Bytes, "CSVWithNames", EventColumns, "id, type, ifNull(subject, ''), ifNull(data, ''), toUnixTimestamp64Milli(time), position");
        Assert.Equal(events.Select(Cells), rows.Select(Normal));
    }

    [Theory]
    [InlineData("parquet", "Parquet")]
    [InlineData("arrow", "ArrowStream")]
    public async Task A_columnar_file_holds_the_same_rows(string format, string engine)
    {
        var (client, events) = await TenantWithAsync(3_000);

        var file = await ExportedFile.OfAsync(client, new { format, events = new { } });

        var rows = await ExportedFile.ReadByEngineAsync(tenants.Database, file.Bytes, engine, EventColumns, "id, type, ifNull(subject, ''), ifNull(data, ''), toUnixTimestamp64Milli(time), position");
        Assert.Equal(events.Select(Cells), rows.Select(Normal));
        var nulls = await ExportedFile.ReadByEngineAsync(tenants.Database, file.Bytes, engine, EventColumns, "countIf(isNull(subject)), countIf(isNull(data)), countIf(isNull(traceid))");
        Assert.Equal([$"[{events.Count(item => item.Subject.Length == 0)}, {events.Count(item => item.Data.Length == 0)}, {events.Count}]"], nulls);
    }

    [Theory]
    [InlineData("ndjson")]
    [InlineData("csv")]
    [InlineData("parquet")]
    [InlineData("arrow")]
    public async Task No_events_make_a_valid_empty_file(string format)
    {
        var (client, _) = await TenantWithAsync(0);

        var file = await ExportedFile.OfAsync(client, new { format, events = new { } });

        Assert.Equal("0", file.Trailers["Export-Rows"]);
        if (format is "parquet" or "arrow")
            Assert.Empty(await ExportedFile.ReadByEngineAsync(tenants.Database, file.Bytes, format == "arrow" ? "ArrowStream" : "Parquet", EventColumns, "id"));
    }

    [Fact]
    public async Task Cut_anywhere_it_can_be_continued_to_exactly_the_whole()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var (client, events) = await TenantWithAsync(700);
        var whole = (await ExportedFile.OfAsync(client, new { format = "ndjson", events = new { } })).Bytes;

        for (var round = 0; round < 8; round++)
        {
            var first = await ExportedFile.OfAsync(client, new { format = "ndjson", events = new { } });
            var cut = first.Bytes.AsSpan(0, random.Next(first.Bytes.Length));
            var kept = cut[..(cut.LastIndexOf((byte)'\n') + 1)].ToArray();
            var rows = ExportedFile.Lines(kept);
            var rest = await ExportedFile.OfAsync(client, new
            {
                format = "ndjson",
                events = new { cursor = first.Cursor, after = rows.Count == 0 ? (JsonElement?)null : rows[^1] },
            }.WithoutNulls());

            Assert.True(whole.AsSpan().SequenceEqual([.. kept, .. rest.Bytes]), $"seed {seed}, round {round}: cut after {rows.Count} rows");
        }
    }

    [Fact]
    public async Task Pages_of_a_limit_make_the_whole_in_every_format_and_last_stays_where_it_was()
    {
        var (client, events) = await TenantWithAsync(25);
        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = await ExportedFile.OfAsync(client, new { format = "ndjson", events = new { range = new { last = "600M" }, limit = 10, cursor } }.WithoutNulls());
            seen.AddRange(ExportedFile.Lines(page.Bytes).Select(line => line.GetProperty("id").GetString()!));
            cursor = page.Trailers.GetValueOrDefault("Export-Next");
        }
        while (cursor is not null);

        Assert.Equal(events.Select(item => item.Id), seen);
    }

    [Fact]
    public async Task While_events_are_stored_no_row_comes_twice_and_none_that_was_there_is_missing()
    {
        var (client, before, name) = await NewTenantAsync(2_000);
        using var stop = new CancellationTokenSource();
        var storing = Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
                await EventTable.StoreAsync(tenants.Database, name, Enumerable.Range(0, 50).Select(j => Event(100_000 + (i * 50) + j, Start.AddSeconds(-i))));
        });

        for (var round = 0; round < 4; round++)
        {
            var ids = new List<string>();
            string? cursor = null;
            do
            {
                var page = await ExportedFile.OfAsync(client, new { format = "ndjson", events = new { limit = 1_500, cursor } }.WithoutNulls());
                ids.AddRange(ExportedFile.Lines(page.Bytes).Select(line => line.GetProperty("id").GetString()!));
                cursor = page.Trailers.GetValueOrDefault("Export-Next");
            }
            while (cursor is not null && ids.Count < 20_000);

            Assert.Equal(ids.Count, ids.Distinct().Count());
            if (cursor is null)
                Assert.Empty(before.Select(item => item.Id).Except(ids));
        }

        await stop.CancelAsync();
        await storing;
    }

    [Fact]
    public async Task The_receipt_and_the_trailers_say_what_was_sent_also_when_it_was_compressed()
    {
        var (client, _) = await TenantWithAsync(200);
        client.DefaultRequestHeaders.Add("Accept-Encoding", "br, gzip");

        var file = await ExportedFile.OfAsync(client, new { format = "csv", events = new { } });

        Assert.Equal(["gzip"], file.Headers.ContentEncoding);
        using var plain = new MemoryStream();
        await using (var unzip = new GZipStream(new MemoryStream(file.Bytes), CompressionMode.Decompress))
            await unzip.CopyToAsync(plain);
        var hash = Convert.ToHexStringLower(SHA256.HashData(plain.ToArray()));
        Assert.Equal(("200", hash), (file.Trailers["Export-Rows"], file.Trailers["Export-Sha256"]));
        var receipt = await (await client.GetAsync($"/api/v1/exports/{file.Id}")).JsonAsync();
        Assert.Equal(
            ("complete", 200L, plain.Length, hash, JsonValueKind.Null),
            (receipt.GetProperty("status").GetString(), receipt.GetProperty("rows").GetInt64(), receipt.GetProperty("bytes").GetInt64(), receipt.GetProperty("sha256").GetString(), receipt.GetProperty("next").ValueKind));
    }

    [Fact]
    public async Task A_tenant_has_so_many_exports_at_a_time_and_one_that_is_left_alone_is_marked_so()
    {
        var (client, _) = await TenantWithAsync(3_000);
        var open = new List<HttpResponseMessage>();
        for (var i = 0; i < 2; i++)
            open.Add(await client.SendAsync(Request(), HttpCompletionOption.ResponseHeadersRead)); // nobody reads: they wait

        using (var refused = await client.SendAsync(Request()))
            await refused.ProblemAsync(HttpStatusCode.TooManyRequests, "too_many_exports");
        await ExportedFile.OfAsync(tenants.Own.Analyst, new { format = "csv", events = new { } });

        var id = open[0].Headers.GetValues("Export-Id").Single();
        foreach (var response in open)
            response.Dispose();
        await Eventually.EqualsAsync("the export's status", "aborted", async () =>
            (await (await client.GetAsync($"/api/v1/exports/{id}")).JsonAsync()).GetProperty("status").GetString());
        await Eventually.TrueAsync("there is room again", async () => (await client.SendAsync(Request())).IsSuccessStatusCode);

        static HttpRequestMessage Request() => new(HttpMethod.Post, "/api/v1/exports") { Content = JsonContent.Create(new { format = "csv", events = new { } }) };
    }

    [Theory]
    [InlineData("ndjson")]
    [InlineData("csv")]
    [InlineData("parquet")]
    [InlineData("arrow")]
    public async Task A_tenant_exports_its_own_events_and_sees_its_own_receipts(string format)
    {
        var own = await ExportedFile.OfAsync(tenants.Own.Analyst, new { format, events = new { } });
        var foreign = await ExportedFile.OfAsync(tenants.Foreign.Analyst, new { format, events = new { limit = 5 } });

        tenants.Foreign.AssertAbsent(Encoding.Latin1.GetString(own.Bytes));
        Assert.Equal(("30", "5"), (own.Trailers["Export-Rows"], foreign.Trailers["Export-Rows"]));
        using var receipt = await tenants.Own.Analyst.GetAsync($"/api/v1/exports/{foreign.Id}");
        await receipt.ProblemAsync(HttpStatusCode.NotFound, "not_found");
        using var cursor = await tenants.Own.Analyst.PostAsJsonAsync("/api/v1/exports", new { format, events = new { cursor = foreign.Trailers["Export-Next"] } });
        await cursor.ProblemAsync(HttpStatusCode.BadRequest, "invalid_query");
        using var viewer = await tenants.Own.Viewer.PostAsJsonAsync("/api/v1/exports", new { format, events = new { } });
        Assert.Equal(HttpStatusCode.Forbidden, viewer.StatusCode);
    }

    [Theory]
    [InlineData("ndjson", "JSONEachRow")]
    [InlineData("csv", "CSVWithNames")]
    [InlineData("parquet", "Parquet")]
    [InlineData("arrow", "ArrowStream")]
    public async Task The_answer_of_a_question_is_the_same_in_every_format(string format, string engine)
    {
        const string Asked = """{"kind":"timeseries","range":{"from":"2026-11-20T07:00:00Z","to":"2026-11-20T10:00:00Z"},"interval":"hour","timezone":"Asia/Kolkata","measures":[{"op":"count","as":"n"},{"op":"avg","field":"data.n","as":"mean"}],"groupBy":["type"]}""";
        var query = JsonElement.Parse(Asked);

        var file = await ExportedFile.OfAsync(tenants.Own.Analyst, new { format, query });

        var rows = await ExportedFile.ReadByEngineAsync(
            tenants.Database, file.Bytes, engine, format is "parquet" or "arrow" ? "time DateTime64(3, 'UTC'), type String, n Int64, mean Nullable(Float64)" : "time String, type String, n Int64, mean Nullable(Float64)",
            format is "parquet" or "arrow" ? "toUnixTimestamp(time), type, n, mean" : "toUnixTimestamp(parseDateTimeBestEffort(time)), type, n, mean");
        using var answer = await tenants.Own.Viewer.PostTextAsync("/api/v1/query/timeseries", Asked.Replace("\"kind\":\"timeseries\",", "", StringComparison.Ordinal));
        var expected = (await answer.JsonAsync()).GetProperty("rows").EnumerateArray().Select(row => string.Create(
            CultureInfo.InvariantCulture, $"[{row[0].GetDateTimeOffset().ToUnixTimeSeconds()},{row[1].GetRawText()},{row[2]},{(row[3].ValueKind == JsonValueKind.Null ? "null" : row[3].GetDouble().ToString("R", CultureInfo.InvariantCulture))}]")).ToList();
        Assert.True(expected.Count > 3);
        Assert.Equal(expected, rows.Select(row => row.Replace(", ", ",", StringComparison.Ordinal)));
        Assert.Equal($"{expected.Count}", file.Trailers["Export-Rows"]);
    }

    [Theory]
    [InlineData("""{"events":{}}""", "/format")]
    [InlineData("""{"format":"xml","events":{}}""", "/format")]
    [InlineData("""{"format":"csv"}""", "")]
    [InlineData("""{"format":"csv","events":{},"query":{}}""", "")]
    [InlineData("""{"format":"csv","events":{"range":{"last":"soon"}}}""", "/events/range/last")]
    [InlineData("""{"format":"csv","events":{"cursor":"abc"}}""", "/events/cursor")]
    [InlineData("""{"format":"csv","events":{"after":{"type":"a"}}}""", "/events/after/time")]
    [InlineData("""{"format":"csv","query":{"kind":"poem"}}""", "/query/kind")]
    [InlineData("""{"format":"csv","query":{"kind":"timeseries","interval":"hour"}}""", "/query/range")]
    public async Task What_is_wrong_is_named(string body, string at)
    {
        using var answer = await tenants.Own.Analyst.PostTextAsync("/api/v1/exports", body);

        var problem = await answer.ProblemAsync(HttpStatusCode.BadRequest, "invalid_query");
        Assert.Equal(at, problem.GetProperty("errors")[0].GetProperty("pointer").GetString());
    }

    private static StoredEvent Event(int i, DateTimeOffset time) => new(
        $"e{i}", i % 3 == 0 ? "page.viewed" : i % 3 == 1 ? "order.paid" : "a/b:c", time, i % 4 == 0 ? "" : $"user-{i % 7}",
        i % 97 == 5 ? Data[5] : Data[i % 5], i % 2 == 0 ? "/" : "/it's", i % 5 == 0 ? "" : "s", Partition: i % 4, Offset: i);

    private async Task<(HttpClient Client, List<StoredEvent> Ordered)> TenantWithAsync(int count)
    {
        var (client, events, _) = await NewTenantAsync(count);
        return (client, events);
    }

    /// <summary>Events in the order of exports; several share a moment.</summary>
    private async Task<(HttpClient Client, List<StoredEvent> Ordered, string Name)> NewTenantAsync(int count)
    {
        var name = Infrastructure.Unique("export").Replace("_", "", StringComparison.Ordinal);
        using var platform = await tenants.Api.LoginAsync();
        using var created = await platform.PostAsJsonAsync("/api/v1/admin/tenants", new { name });
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var events = Enumerable.Range(0, count).Select(i => Event(i, Start.AddMilliseconds(i / 3 * 17))).ToList();
        await EventTable.StoreAsync(tenants.Database, name, events);
        var ordered = events.OrderBy(item => item.Type, StringComparer.Ordinal).ThenBy(item => item.Time).ThenBy(item => item.Partition).ThenBy(item => item.Offset).ToList();
        return (tenants.Api.WithKey((await tenants.Api.CreateKeyAsync("analyst", name)).Key), ordered, name);
    }

    private static string NdJson(StoredEvent item)
    {
        var text = new StringBuilder($"{{\"specversion\":\"1.0\",\"id\":\"{item.Id}\",\"type\":\"{item.Type}\",\"source\":\"{item.Source}\"");
        if (item.Subject.Length > 0)
            text.Append(CultureInfo.InvariantCulture, $",\"subject\":\"{item.Subject}\"");
        text.Append(CultureInfo.InvariantCulture, $",\"time\":\"{item.Time.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ}\"");
        if (item.SessionId.Length > 0)
            text.Append(CultureInfo.InvariantCulture, $",\"sessionid\":\"{item.SessionId}\"");
        if (item.Data.Length > 0)
            text.Append(",\"data\":").Append(item.Data.Replace('\n', ' ').Replace('\r', ' '));
        return text.Append(CultureInfo.InvariantCulture, $",\"received\":\"{item.Received.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ}\",\"position\":\"{item.Partition}-{item.Offset}\"}}").ToString();
    }

    private static string Cells(StoredEvent item) =>
        JsonSerializer.Serialize(new object[] { item.Id, item.Type, item.Subject, item.Data, item.Time.ToUnixTimeMilliseconds(), $"{item.Partition}-{item.Offset}" });

    private static string Normal(string row) => JsonSerializer.Serialize(JsonElement.Parse(row));
}

internal static class Requests
{
    private static readonly JsonSerializerOptions Options = new() { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };

    /// <summary>The request as JSON without the members that are null.</summary>
    public static JsonElement WithoutNulls(this object request) =>
        JsonSerializer.SerializeToElement(request, Options);
}
