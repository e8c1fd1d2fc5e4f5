using System.Net;
using TestKit;

namespace Analytics.Api.Tests.Ingest;

public sealed class LargeRequestTests(IngestApi api) : IClassFixture<IngestApi>
{
    [Fact]
    public async Task A_compressed_file_of_100_000_events_is_one_request()
    {
        var events = Events.Generate(seed: 7, 100_000, new DateTimeOffset(2026, 1, 31, 0, 0, 0, TimeSpan.Zero), TimeSpan.FromDays(30));
        var body = Encoders.Encode(Events.ToNdjson(events.Select(item => item with { Id = "big-" + item.Id })), "gzip");

        var (response, answer) = await api.PostAsync(IngestApi.Content(body, "application/x-ndjson", "gzip"));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal(100_000, answer.GetProperty("accepted").GetInt32());
        Assert.Equal(100_000, api.IdsOnLog("big-").Distinct().Count());
    }
}
