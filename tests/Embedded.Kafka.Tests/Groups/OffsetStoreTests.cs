using Embedded.Kafka.Groups;
using Embedded.Kafka.Log;
using Microsoft.Extensions.Logging.Abstractions;
using TestKit;

namespace Embedded.Kafka.Tests.Groups;

public sealed class OffsetStoreTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FlushThreads _flush = new(1);

    [Fact]
    public async Task A_commit_of_two_topics_survives_a_cut_at_any_byte_together_or_not_at_all()
    {
        using (var store = Open())
        {
            await store.Commit("g", [new("events", 0, 10, -1, ""), new("intents", 0, 20, -1, "first")]);
            await store.Commit("g", [new("events", 0, 11, -1, ""), new("intents", 0, 21, -1, "second")]);
        }
        var file = _directory.Combine("offsets.log");
        var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);

        for (var length = bytes.Length; length >= 0; length--)
        {
            await File.WriteAllBytesAsync(file, bytes[..length], TestContext.Current.CancellationToken);
            using var store = Open();
            var pair = (store.Find("g", "events", 0)?.Offset, store.Find("g", "intents", 0)?.Offset);
            Assert.Contains(pair, new (long?, long?)[] { (11, 21), (10, 20), (null, null) });
        }
    }

    [Fact]
    public async Task Any_text_survives_as_metadata()
    {
        const string text = "tab\t line\n\r quote\" null\0 umlaut ä 🙂";
        using (var store = Open()) await store.Commit("g\t1", [new("t", 3, 7, 2, text)]);

        using var again = Open();

        Assert.Equal(new Committed("t", 3, 7, 2, text), again.Find("g\t1", "t", 3));
    }

    [Fact]
    public async Task Compaction_keeps_the_newest_positions_and_shrinks_the_file()
    {
        var metadata = new string('x', 4000);
        long before;
        using (var store = Open())
        {
            for (var i = 0; i < 2000; i++) await store.Commit("g", [new("t", i % 3, i, -1, metadata)]);
            before = store.Bytes;
        }

        using var again = Open();

        Assert.True(before < 5_000_000, $"{before} bytes");
        Assert.Equal([1998, 1999, 1997], Enumerable.Range(0, 3).Select(p => again.Find("g", "t", p)!.Value.Offset));
    }

    [Fact]
    public async Task Deletions_survive()
    {
        using (var store = Open())
        {
            await store.Commit("a", [new("t", 0, 1, -1, ""), new("t", 1, 1, -1, ""), new("u", 0, 1, -1, "")]);
            await store.Commit("b", [new("t", 0, 1, -1, "")]);
            await store.DeletePositions("a", [("t", 1)]);
            await store.DeleteTopic("u");
            await store.DeleteGroup("b");
        }

        using var again = Open();

        Assert.Equal("t", Assert.Single(again.Of("a")).Topic);
        Assert.Equal(["a"], again.Groups());
    }

    public void Dispose()
    {
        _flush.Dispose();
        _directory.Dispose();
    }

    private OffsetStore Open() => new(_directory.Path, new LogEnvironment(_flush, true, () => false, TimeProvider.System, NullLogger.Instance));
}
