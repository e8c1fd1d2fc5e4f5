using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using TestKit;

namespace EndToEnd.Tests;

/// <summary>A record of a foreign producer becomes a dead letter, is replayed once its time has come, and is stored once.</summary>
public sealed class ReplayedDeadLettersTests
{
    private const string Replay = "/api/v1/admin/dead-letters/replay";

    [Fact]
    public async Task A_replayed_letter_is_stored_once_however_often_it_is_replayed()
    {
        await using var standalone = await StandaloneProcess.StartAsync();
        var token = await standalone.SignInAsync();
        var now = TimeProvider.System.GetUtcNow();
        // Two days ahead of its receipt then, but not of today's.
        await ProduceAsync(standalone, now.AddDays(-2), $$"""{"id":"early","type":"t","subject":"s","time":"{{now:yyyy-MM-ddTHH:mm:ssZ}}"}""");
        await ProduceAsync(standalone, now.AddDays(-2), """{"id":"never",""");
        await Eventually.EqualsAsync("both are dead letters", 2, async () =>
            (await standalone.AskAsync(HttpMethod.Get, "/api/v1/admin/dead-letters", token)).GetProperty("items").GetArrayLength());

        Assert.Equal((1, 0, 1), Counts(await standalone.AskAsync(HttpMethod.Post, Replay, token, new { })));
        await Eventually.EqualsAsync("the event is stored", (1L, 1L), () => Stored.CountAsync(standalone.ClickHouseConnectionString));
        Assert.Equal((0, 0, 1), Counts(await standalone.AskAsync(HttpMethod.Post, Replay, token, new { })));

        // As after a crash between sending and recording.
        await ForgetAsync(standalone);
        Assert.Equal((0, 1, 1), Counts(await standalone.AskAsync(HttpMethod.Post, Replay, token, new { })));
        Assert.Equal((1L, 1L), await Stored.CountAsync(standalone.ClickHouseConnectionString));
    }

    private static (int Replayed, int AlreadyStored, int Refused) Counts(JsonElement answer) => (
        answer.GetProperty("replayed").GetInt32(), answer.GetProperty("alreadyStored").GetInt32(), answer.GetProperty("refused").GetArrayLength());

    private static async Task ForgetAsync(StandaloneProcess standalone)
    {
        using var connection = new ClickHouse.Driver.ADO.ClickHouseConnection(standalone.ClickHouseConnectionString);
        using var command = connection.CreateCommand();
        command.CommandText = "TRUNCATE TABLE dead_letter_replays";
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private static async Task ProduceAsync(StandaloneProcess standalone, DateTimeOffset received, string json)
    {
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = standalone.KafkaServers }).SetLogHandler((_, _) => { }).Build();
        await producer.ProduceAsync("analytics.events", new Message<Null, string>
        {
            Value = json,
            Headers = new Headers { { "tenant", "default"u8.ToArray() }, { "received", Encoding.ASCII.GetBytes($"{received.ToUnixTimeMilliseconds()}") } },
        });
    }
}
