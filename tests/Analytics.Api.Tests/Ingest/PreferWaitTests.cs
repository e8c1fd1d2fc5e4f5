using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Analytics.Contracts;
using Confluent.Kafka;
using TestKit;

namespace Analytics.Api.Tests.Ingest;

/// <summary><c>Prefer: wait</c> against real tables; the tests write into them what the worker would.</summary>
public sealed class PreferWaitTests(Infrastructure infrastructure) : IAsyncLifetime
{
    private const string Three = """[{"id":"a","type":"t","subject":"u"},{"id":"b","type":"t","subject":"u"},{"id":"c","type":"t","subject":"u"}]""";

    private TestDatabase _database = null!;
    private IngestApi _api = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await infrastructure.CreateDatabaseAsync("wait");
        _api = new IngestApi(new() { ["ConnectionStrings:clickhouse"] = _database.ConnectionString });
        await Eventually.TrueAsync("the tables exist", async () =>
            await _database.ScalarAsync<long>("SELECT count() FROM system.tables WHERE database = currentDatabase() AND name IN ('events', 'ledger', 'dead_letters')") == 3);
    }

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Answers_when_the_events_are_stored_and_says_what_became_of_each()
    {
        var posting = _api.PostAsync(IngestApi.Content(Three), ("Prefer", "respond-async, wait=20"));
        var log = await ThreeOnLogAsync();
        await StoreAsync(log[0]);
        await DeadLetterAsync(log[2]);
        await EnterAsync(log, stored: 1, duplicates: 1, deadLettered: 1);

        var (response, answer) = await posting;

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("wait=20", response.Headers.GetValues("Preference-Applied").Single());
        Assert.Equal(
            (3, 1, 1, 1, 0),
            (Count(answer, "accepted"), Count(answer, "stored"), Count(answer, "duplicates"), Count(answer, "deadLettered"), Count(answer, "pending")));
        Assert.Equal(
            [(0, "stored"), (1, "duplicate"), (2, "deadLettered")],
            answer.GetProperty("results").EnumerateArray().Select(entry => (entry.GetProperty("index").GetInt32(), entry.GetProperty("status").GetString()!)));
    }

    [Fact]
    public async Task Does_not_call_an_event_a_duplicate_while_its_dead_letter_is_on_the_way()
    {
        var posting = _api.PostAsync(IngestApi.Content(Three), ("Prefer", "wait=20"));
        var log = await ThreeOnLogAsync();
        await StoreAsync(log[0]);
        await StoreAsync(log[1]);
        await EnterAsync(log, stored: 2, duplicates: 0, deadLettered: 1);
        await DeadLetterAsync(log[2]);

        var (_, answer) = await posting;

        Assert.Equal((2, 0, 1), (Count(answer, "stored"), Count(answer, "duplicates"), Count(answer, "deadLettered")));
    }

    [Fact]
    public async Task Is_202_with_pending_events_when_the_time_is_over()
    {
        var (response, answer) = await _api.PostAsync(IngestApi.Content(Three), ("Prefer", "wait=1"));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal((3, 3), (Count(answer, "accepted"), Count(answer, "pending")));
        Assert.All(answer.GetProperty("results").EnumerateArray(), entry => Assert.Equal("pending", entry.GetProperty("status").GetString()));
    }

    [Theory]
    [InlineData("wait")]
    [InlineData("wait=soon")]
    [InlineData("wait=-1")]
    [InlineData("return=minimal")]
    public async Task A_preference_that_is_not_understood_is_ignored(string preference)
    {
        var (response, answer) = await _api.PostAsync(IngestApi.Content(Three), ("Prefer", preference));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.False(response.Headers.Contains("Preference-Applied"));
        Assert.Equal("""{"accepted":3,"rejected":[]}""", answer.GetRawText());
    }

    private static int Count(JsonElement answer, string name) => answer.GetProperty(name).GetInt32();

    private async Task<List<ConsumeResult<byte[], byte[]>>> ThreeOnLogAsync()
    {
        List<ConsumeResult<byte[], byte[]>> log = [];
        await Eventually.TrueAsync("the events are on the log", () => (log = _api.ReadLog()).Count == 3);
        return log;
    }

    private Task StoreAsync(ConsumeResult<byte[], byte[]> record) => _database.ExecuteAsync(
        $"INSERT INTO events (tenant, type, received, kafka_partition, kafka_offset) VALUES ('acme', 't', {Received(record)}, {record.Partition.Value}, {record.Offset.Value})");

    private Task DeadLetterAsync(ConsumeResult<byte[], byte[]> record) => _database.ExecuteAsync(
        $"INSERT INTO dead_letters (tenant, received, topic, partition, offset) VALUES ('acme', {Received(record)}, '{Topics.Events}', {record.Partition.Value}, {record.Offset.Value})");

    private Task EnterAsync(List<ConsumeResult<byte[], byte[]>> log, int stored, int duplicates, int deadLettered) => _database.ExecuteAsync(
        $"""
        INSERT INTO ledger (topic, partition, first, last, tenant, minute, accepted, stored, duplicates, dead_lettered)
        VALUES ('{Topics.Events}', {log[0].Partition.Value}, {log[0].Offset.Value}, {log[^1].Offset.Value}, 'acme', toStartOfMinute({Received(log[0])}), 3, {stored}, {duplicates}, {deadLettered})
        """);

    private static string Received(ConsumeResult<byte[], byte[]> record) => string.Create(
        CultureInfo.InvariantCulture,
        $"fromUnixTimestamp64Milli({Encoding.ASCII.GetString(record.Message.Headers.GetLastBytes(EventHeaders.Received))}, 'UTC')");
}
