using System.Net;
using System.Text.Json;
using Embedded.Kafka.Protocol;
using TestKit;

namespace Analytics.Api.Tests.Ingest;

public sealed class BrokerFailureTests
{
    [Fact]
    public async Task Without_a_broker_503_and_with_it_again_202()
    {
        await using var api = Start();
        Assert.Equal(HttpStatusCode.Accepted, (await api.PostAsync(Events("before", 10))).Response.StatusCode);

        await api.Broker.StopAsync();
        var (response, problem) = await api.PostAsync(Events("down", 10));

        RefusesBadRequestsTests.IsProblem(response, problem, 503, "unavailable");
        Assert.Equal("2", response.Headers.GetValues("Retry-After").Single());
        Assert.Equal(0, problem.GetProperty("accepted").GetInt32());
        Assert.Equal(
            Enumerable.Range(0, 10).Select(i => (i, $"down-{i}")),
            problem.GetProperty("unacknowledged").EnumerateArray().Select(entry => (entry.GetProperty("index").GetInt32(), entry.GetProperty("id").GetString()!)));

        api.StartBrokerAgain();
        await Eventually.TrueAsync("events are accepted again", async () => (await api.PostAsync(Events("after", 10))).Response.StatusCode == HttpStatusCode.Accepted);
        Assert.Equal(10, api.IdsOnLog("before").Count);
    }

    [Fact]
    public async Task A_broker_that_is_away_for_a_moment_goes_unnoticed()
    {
        await using var api = Start(timeout: "00:00:20");
        await api.PostAsync(Events("warm", 1));

        await api.Broker.StopAsync();
        var posting = api.PostAsync(Events("moment", 500));
        api.StartBrokerAgain();

        Assert.Equal(HttpStatusCode.Accepted, (await posting).Response.StatusCode);
        Assert.Equal(500, api.IdsOnLog("moment").Count);
    }

    [Fact]
    public async Task A_lost_acknowledgement_makes_no_duplicate()
    {
        await using var api = Start(timeout: "00:00:20");
        await api.PostAsync(Events("warm", 1));

        api.Broker.Faults.LoseAnswer(KafkaApi.Produce, times: 2);
        var (response, _) = await api.PostAsync(Events("lost", 500));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var ids = api.IdsOnLog("lost");
        Assert.Equal((500, 500), (ids.Count, ids.Distinct().Count()));
    }

    [Fact]
    public async Task A_full_disk_is_503_and_over_when_there_is_room()
    {
        await using var api = Start();
        await api.PostAsync(Events("warm", 1));

        api.Broker.Faults.RefuseAppends = true;
        var (response, problem) = await api.PostAsync(Events("full", 10));
        api.Broker.Faults.RefuseAppends = false;

        RefusesBadRequestsTests.IsProblem(response, problem, 503, "unavailable");
        Assert.Equal(10 - problem.GetProperty("accepted").GetInt32(), problem.GetProperty("unacknowledged").GetArrayLength());
        await Eventually.TrueAsync("events are accepted again", async () => (await api.PostAsync(Events("room", 10))).Response.StatusCode == HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task Repeating_what_was_not_acknowledged_leaves_nothing_out()
    {
        await using var api = Start();
        await api.PostAsync(Events("warm", 1));
        api.Broker.Faults.FailNext(KafkaApi.Produce, KafkaError.MessageTooLarge);

        var (response, problem) = await api.PostAsync(Events("part", 200));

        RefusesBadRequestsTests.IsProblem(response, problem, 503, "unavailable");
        var open = problem.GetProperty("unacknowledged").EnumerateArray().Select(entry => entry.GetProperty("id").GetString()!).ToHashSet();
        var accepted = problem.GetProperty("accepted").GetInt32();
        Assert.Equal(200, accepted + open.Count);
        Assert.InRange(accepted, 1, 199);
        Assert.Equal(accepted, api.IdsOnLog("part").Count);

        var again = string.Concat(open.Select(id => JsonSerializer.Serialize(new { id, type = "t" }) + "\n"));
        Assert.Equal(HttpStatusCode.Accepted, (await api.PostAsync(IngestApi.Content(again, "application/x-ndjson"))).Response.StatusCode);
        Assert.Equal(200, api.IdsOnLog("part").Distinct().Count());
    }

    private static IngestApi Start(string timeout = "00:00:02") => new(new() { ["Ingest:ProduceTimeout"] = timeout });

    private static ByteArrayContent Events(string prefix, int count) => IngestApi.Content(
        string.Concat(Enumerable.Range(0, count).Select(i => $$"""{"id":"{{prefix}}-{{i}}","type":"t"}""" + "\n")), "application/x-ndjson");
}
