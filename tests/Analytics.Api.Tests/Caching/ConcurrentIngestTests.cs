using Analytics.Api.Query;
using Analytics.Api.Tests.Query;
using Microsoft.Extensions.Time.Testing;

namespace Analytics.Api.Tests.Caching;

/// <summary>
/// Events are stored while every kind of question is asked, by two processes that share a Redis: an answer holds all that was acknowledged
/// before the question, and nothing that was not sent. Each event has a subject of its own, so every kind counts the same.
/// </summary>
[Collection(OnQueryEngine.Name)]
public sealed class ConcurrentIngestTests(QueryEngine engine) : IAsyncLifetime
{
    private const int Writers = 3, Inserts = 15, Readers = 4;

    private readonly string _tenant = QueryEngine.NewTenant();
    private readonly List<AskingProcess> _processes = [];
    private GarnetBehindAWire _garnet = null!;
    private long _sent, _acknowledged;

    public async ValueTask InitializeAsync()
    {
        _garnet = GarnetBehindAWire.Start();
        for (var i = 0; i < 2; i++)
            _processes.Add(await AskingProcess.StartAsync(engine.Runner, new FakeTimeProvider(QueryEngine.Now), _garnet));
    }

    [Fact]
    public async Task An_answer_holds_all_that_was_acknowledged_before_the_question()
    {
        var seed = Random.Shared.Next();
        var writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() => WriteAsync(writer, new Random(seed + writer)))));
        var reading = Enumerable.Range(0, Readers).Select(reader => Task.Run(() => ReadAsync(reader, new Random(seed - 1 - reader), writing, seed)));
        await Task.WhenAll(reading.Append(writing));

        foreach (var kind in QueryKinds.Names)
            foreach (var process in _processes)
            {
                await process.AskAsync(_tenant, kind, Question(kind));
                var last = await process.AskAsync(_tenant, kind, Question(kind));
                Assert.Equal(("hit", _sent), (last.Cache, EveryKind.Count(kind, last.Answer)));
            }
    }

    public ValueTask DisposeAsync()
    {
        _processes.ForEach(process => process.Dispose());
        _garnet.Dispose();
        return ValueTask.CompletedTask;
    }

    private static string Question(string kind) => EveryKind.Ask(kind, EveryKind.Range("2026-11-21T00:00:00Z", "2026-11-23T00:00:00Z"), "data.plan");

    // New events and late ones alike: any hour of the range.
    private async Task WriteAsync(int writer, Random random)
    {
        for (var insert = 0; insert < Inserts; insert++)
        {
            var events = Enumerable.Range(0, random.Next(1, 5)).Select(i => new StoredEvent(
                $"{writer}-{insert}-{i}", "page.viewed", new DateTimeOffset(2026, 11, 21, 0, 0, 0, TimeSpan.Zero).AddMinutes(random.Next(2 * 24 * 60)),
                $"subject {writer}-{insert}-{i}", """{"plan":"pro"}""", Partition: writer, Offset: (insert * 10) + i)).ToList();
            Interlocked.Add(ref _sent, events.Count);
            await engine.StoreAsync(_tenant, events, $"{_tenant}-{writer}-{insert}");
            Interlocked.Add(ref _acknowledged, events.Count);
        }
    }

    private async Task ReadAsync(int reader, Random random, Task writing, int seed)
    {
        while (!writing.IsCompleted)
        {
            var kind = QueryKinds.Names[random.Next(QueryKinds.Names.Length)];
            var acknowledged = Interlocked.Read(ref _acknowledged);

            var got = await _processes[reader % 2].AskAsync(_tenant, kind, Question(kind));

            var (count, sent) = (EveryKind.Count(kind, got.Answer), Interlocked.Read(ref _sent));
            Assert.True(count >= acknowledged && count <= sent, $"{kind} ({got.Cache}) counted {count} of {acknowledged} acknowledged and {sent} sent, seed {seed}");
        }
    }
}
