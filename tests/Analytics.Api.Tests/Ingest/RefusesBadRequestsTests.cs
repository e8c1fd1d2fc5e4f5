using System.Net;
using System.Text;
using System.Text.Json;

namespace Analytics.Api.Tests.Ingest;

/// <summary>Requests that are refused as a whole: the right status, a problem document, and nothing on the log.</summary>
public sealed class RefusesBadRequestsTests(IngestApi api) : IClassFixture<IngestApi>
{
    public static TheoryData<int, string, string, string?, string?> Requests => new()
    {
        { 400, "empty_body", "", "application/json", null },
        { 400, "empty_body", " \n ", "application/json", null },
        { 400, "empty_body", "\n\n", "application/x-ndjson", null },
        { 400, "empty_body", "[]", "application/json", null },
        { 400, "empty_body", "[]", "application/cloudevents-batch+json", null },
        { 400, "invalid_json", """[{"id":"x","type":"t"}""", "application/json", null },
        { 400, "invalid_json", """[{"id":"x","type":"t"},]""", "application/json", null },
        { 400, "invalid_json", """[{"id":"x","type":"t"}] [""", "application/json", null },
        { 400, "invalid_json", """[{"id":"x","type":"t"},{"type":NaN}]""", "application/json", null },
        { 400, "invalid_json", """[{"id":"x","type":"t"},{"type":"t","data":{"a":-Infinity}}]""", "application/json", null },
        { 400, "invalid_json", """[{"id":"x","type":"t"} {"id":"y","type":"t"}]""", "application/json", null },
        { 400, "invalid_json", """{"id":"x","type":"t"}""", "application/cloudevents-batch+json", null },
        { 400, "no_event_accepted", """{"id":"x","type":"t"}x""", "application/json", null },
        { 400, "no_event_accepted", """{"id":"x","type":"t"} {"id":"y","type":"t"}""", "application/json", null },
        { 400, "no_event_accepted", """{"id":"x","type":"t" """, "application/json", null },
        { 400, "no_event_accepted", "7", "application/json", null },
        { 400, "no_event_accepted", "nonsense", "application/x-ndjson", null },
        { 400, "no_event_accepted", """[{"id":"x","type":"t"}]""", "application/x-ndjson", null },
        { 400, "no_event_accepted", """[{"id":"x","type":"t"}]""", "application/cloudevents+json", null },
        { 400, "no_event_accepted", "[1,[[]],null]", "application/json", null },
        { 400, "no_event_accepted", """{"specversion":"0.3","id":"x","type":"t"}""", "application/cloudevents+json", null },
        { 400, "corrupt_encoding", "not compressed at all", "application/json", "gzip" },
        { 400, "corrupt_encoding", "not compressed at all", "application/json", "br" },
        { 400, "corrupt_encoding", "not compressed at all", "application/json", "zstd" },
        { 400, "corrupt_encoding", "not compressed at all", "application/json", "deflate" },
        { 415, "unsupported_encoding", "x", "application/json", "compress" },
        { 415, "unsupported_media_type", "{}", "text/plain", null },
        { 415, "unsupported_media_type", "{}", "application/xml", null },
        { 415, "unsupported_media_type", "{}", "application/x-www-form-urlencoded", null },
        { 415, "unsupported_media_type", "{}", "application/json; charset=utf-16", null },
        { 415, "unsupported_media_type", "{}", null, null },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Is_refused_with_a_problem_document(int status, string code, string body, string? type, string? encoding)
    {
        var (response, problem) = await api.PostAsync(IngestApi.Content(Encoding.UTF8.GetBytes(body), type, encoding));

        IsProblem(response, problem, status, code);
        Assert.Empty(api.ReadLog());
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("zstd")]
    [InlineData("deflate")]
    public async Task Compressed_data_that_ends_too_early_is_refused(string encoding)
    {
        var lines = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 5000).Select(i => $$"""{"id":"{{i}}","type":"t","subject":"{{i * 7919}}"}""" + "\n")));
        var whole = Encoders.Encode(lines, encoding);

        var (response, problem) = await api.PostAsync(IngestApi.Content(whole[..(whole.Length / 2)], "application/x-ndjson", encoding));

        IsProblem(response, problem, 400, "corrupt_encoding");
        Assert.Empty(api.ReadLog());
    }

    [Fact]
    public async Task Malformed_json_is_located()
    {
        var (_, problem) = await api.PostAsync(IngestApi.Content("[{\"id\":\"x\",\"type\":\"t\"},\n  {\"id\":?}]"));

        Assert.Contains("line 2, byte 9", problem.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Refused_events_are_listed_in_the_problem()
    {
        var (_, problem) = await api.PostAsync(IngestApi.Content("""[{"id":"a","type":7},{"id":"b"}]"""));

        Assert.Equal(2, problem.GetProperty("rejectedCount").GetInt32());
        Assert.Equal(
            [(0, "a", "invalid_type"), (1, "b", "missing_attribute")],
            problem.GetProperty("rejected").EnumerateArray().Select(entry =>
                (entry.GetProperty("index").GetInt32(), entry.GetProperty("id").GetString()!, entry.GetProperty("code").GetString()!)));
    }

    [Theory]
    [InlineData("ce-type", "t", "not json")]
    [InlineData("ce-type", "t", "{} , {}")]
    [InlineData("ce-type", "t", "{},\"id\":\"injected\"")]
    public async Task Binary_mode_takes_exactly_one_value_as_data(string header, string value, string body)
    {
        var (response, problem) = await api.PostAsync(IngestApi.Content(body), (header, value));

        IsProblem(response, problem, 400, "invalid_json");
    }

    [Fact]
    public async Task Binary_mode_checks_attributes_as_every_other_mode()
    {
        var (response, problem) = await api.PostAsync(IngestApi.Content("{}"), ("ce-type", "a b"));

        IsProblem(response, problem, 400, "no_event_accepted");
        Assert.Equal("invalid_character", problem.GetProperty("rejected")[0].GetProperty("code").GetString());
    }

    [Fact]
    public async Task Unsupported_types_and_encodings_are_told_what_is_supported()
    {
        var (type, _) = await api.PostAsync(IngestApi.Content("{}", "text/csv"));
        var (encoding, _) = await api.PostAsync(IngestApi.Content("{}", "application/json", "lzw"));

        Assert.Contains("application/x-ndjson", string.Join(',', type.Headers.GetValues("Accept-Post")));
        Assert.Contains("zstd", string.Join(',', encoding.Headers.GetValues("Accept-Encoding")));
    }

    [Fact]
    public async Task Posting_needs_a_credential()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/events") { Content = IngestApi.Content("""{"type":"t"}""") };
        using var anonymous = new HttpClient { BaseAddress = api.Client.BaseAddress };

        using var response = await anonymous.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    internal static void IsProblem(HttpResponseMessage response, JsonElement problem, int status, string code)
    {
        Assert.Equal((status, code), ((int)response.StatusCode, problem.GetProperty("code").GetString()));
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
    }
}
