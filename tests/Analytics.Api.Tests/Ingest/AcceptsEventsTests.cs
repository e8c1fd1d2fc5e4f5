using System.Net;
using System.Text;
using System.Text.Json;
using Analytics.Contracts;

namespace Analytics.Api.Tests.Ingest;

public sealed class AcceptsEventsTests(IngestApi api) : IClassFixture<IngestApi>
{
    [Fact]
    public async Task One_event_is_on_the_log_with_key_headers_and_canonical_json()
    {
        var (response, body) = await api.PostAsync(IngestApi.Content(
            """{"id":"one-1","type":"order.paid","subject":"u1","time":"2026-01-01T01:00:00+01:00","data":{"a":1}}"""));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal("""{"accepted":1,"rejected":[]}""", body.GetRawText());
        var record = Assert.Single(api.ReadLog(), record => Encoding.UTF8.GetString(record.Message.Value).Contains("one-1", StringComparison.Ordinal));
        Assert.Equal("acme\nu1", Encoding.UTF8.GetString(record.Message.Key));
        Assert.Equal(
            """{"specversion":"1.0","id":"one-1","type":"order.paid","source":"/","subject":"u1","time":"2026-01-01T00:00:00.000Z","data":{"a":1}}""",
            Encoding.UTF8.GetString(record.Message.Value));
        var headers = record.Message.Headers.ToDictionary(header => header.Key, header => Encoding.UTF8.GetString(header.GetValueBytes()));
        Assert.Equal("acme", headers[EventHeaders.Tenant]);
        Assert.Equal(EventHeaders.StructuredMode, headers[EventHeaders.ContentType]);
        Assert.InRange(long.Parse(headers[EventHeaders.Received]), 1_700_000_000_000, 4_000_000_000_000);
    }

    [Theory]
    [InlineData("application/json", """[{"id":"$-1","type":"t"},{"id":"$-2","type":"t"}]""", 2)]
    [InlineData("application/json; charset=utf-8", "\uFEFF {\"id\":\"$-1\",\"type\":\"t\"}\n", 1)]
    [InlineData("application/x-ndjson", "{\"id\":\"$-1\",\"type\":\"t\"}\r\n\n  \n{\"id\":\"$-2\",\"type\":\"t\"}", 2)]
    [InlineData("application/ndjson", "{\"id\":\"$-1\",\"type\":\"t\"}\n", 1)]
    [InlineData("application/jsonl", "{\"id\":\"$-1\",\"type\":\"t\"}\n", 1)]
    [InlineData("application/cloudevents+json", """{"specversion":"1.0","id":"$-1","source":"/s","type":"t","x":1}""", 1)]
    [InlineData("application/cloudevents-batch+json", """[{"specversion":"1.0","id":"$-1","source":"/s","type":"t"}]""", 1)]
    public async Task Every_format_is_accepted(string type, string body, int count)
    {
        var id = Guid.NewGuid().ToString("N");

        var (response, answer) = await api.PostAsync(IngestApi.Content(body.Replace("$", id, StringComparison.Ordinal), type));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal(count, answer.GetProperty("accepted").GetInt32());
        Assert.Equal(count, api.IdsOnLog(id).Count);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("zstd")]
    [InlineData("deflate")]
    [InlineData("identity")]
    public async Task Every_encoding_is_undone(string encoding)
    {
        var id = Guid.NewGuid().ToString("N");
        var lines = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 1000).Select(i => $$"""{"id":"{{id}}-{{i}}","type":"t"}""" + "\n")));

        var (response, answer) = await api.PostAsync(IngestApi.Content(Encoders.Encode(lines, encoding), "application/x-ndjson", encoding));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal(1000, answer.GetProperty("accepted").GetInt32());
        Assert.Equal(1000, api.IdsOnLog(id).Distinct().Count());
    }

    [Fact]
    public async Task Binary_mode_takes_the_attributes_from_the_headers()
    {
        var id = Guid.NewGuid().ToString("N");

        var (response, _) = await api.PostAsync(IngestApi.Content("""{"a":1}"""),
            ("ce-specversion", "1.0"), ("ce-id", id), ("ce-type", "order.paid"), ("ce-source", "/shop"), ("CE-Subject", "Z%C3%BCrich%20%22x%22"), ("ce-region", "eu"));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var value = Assert.Single(api.ReadLog().Select(record => Encoding.UTF8.GetString(record.Message.Value)), value => value.Contains(id, StringComparison.Ordinal));
        var item = JsonDocument.Parse(value).RootElement;
        Assert.Equal("Zürich \"x\"", item.GetProperty("subject").GetString());
        Assert.Equal("eu", item.GetProperty("region").GetString());
        Assert.Equal("""{"a":1}""", item.GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task An_event_without_id_gets_one_and_the_answer_tells_it()
    {
        var (_, answer) = await api.PostAsync(IngestApi.Content("""[{"type":"t"},{"id":"given","type":"t"},{"type":"t"}]"""));

        var assigned = answer.GetProperty("assigned").EnumerateArray().ToList();
        Assert.Equal([0, 2], assigned.Select(entry => entry.GetProperty("index").GetInt32()));
        foreach (var entry in assigned)
        {
            Assert.Equal(7, Guid.Parse(entry.GetProperty("id").GetString()!).Version);
            Assert.Single(api.IdsOnLog(entry.GetProperty("id").GetString()!));
        }
    }

    [Fact]
    public async Task Good_lines_are_accepted_and_bad_ones_named_by_index()
    {
        var id = Guid.NewGuid().ToString("N");

        var (response, answer) = await api.PostAsync(IngestApi.Content(
            $$"""
            {"id":"{{id}}-0","type":"t"}
            {"id":"{{id}}-1","type":"t"
            {"id":"{{id}}-2","type":""}

            {"id":"{{id}}-3","type":"t"}
            """, "application/x-ndjson"));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal(2, answer.GetProperty("accepted").GetInt32());
        var rejected = answer.GetProperty("rejected").EnumerateArray().ToList();
        Assert.Equal([(1, "malformed_json"), (2, "empty")], rejected.Select(entry => (entry.GetProperty("index").GetInt32(), entry.GetProperty("code").GetString()!)));
        Assert.Equal($"{id}-2", rejected[1].GetProperty("id").GetString());
        Assert.Equal([$"{id}-0", $"{id}-3"], api.IdsOnLog(id).Order());
    }

    [Fact]
    public async Task A_bad_event_of_an_array_is_refused_alone()
    {
        var id = Guid.NewGuid().ToString("N");
        var deep = string.Concat(Enumerable.Repeat("[", 5000)) + string.Concat(Enumerable.Repeat("]", 5000));
        var body = Encoding.UTF8.GetBytes($$"""[{"id":"{{id}}-0","type":"t"},7,{"type":"t","data":{"a":{{deep}}},"id":"{{id}}-2"},{"type":"t","subject":"XX"},{"id":"{{id}}-4","type":"t"}]""");
        body.AsSpan(body.AsSpan().IndexOf("XX"u8), 2).Fill(0xFF);

        var (_, answer) = await api.PostAsync(IngestApi.Content(body));

        Assert.Equal(2, answer.GetProperty("accepted").GetInt32());
        Assert.Equal(["not_an_object", "data_too_deep", "invalid_utf8"], answer.GetProperty("rejected").EnumerateArray().Select(entry => entry.GetProperty("code").GetString()));
        Assert.Equal([$"{id}-0", $"{id}-4"], api.IdsOnLog(id).Order());
    }
}
