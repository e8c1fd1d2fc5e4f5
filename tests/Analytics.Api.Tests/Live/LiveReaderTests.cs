using Analytics.Api.Live;

namespace Analytics.Api.Tests.Live;

public sealed class LiveReaderTests
{
    [Fact]
    public void Of_too_many_events_the_oldest_are_dropped_and_counted()
    {
        using var reader = new LiveReader("t", [], new LiveOptions { BufferEvents = 10 });
        foreach (var i in Enumerable.Range(0, 25))
            reader.Add([(byte)i]);

        var (frames, dropped, ended) = reader.Take();

        Assert.Equal(Enumerable.Range(15, 10), frames.Select(frame => (int)frame[0]));
        Assert.Equal((15, false), (dropped, ended));
        Assert.Equal((0, 0), (reader.Take().Frames.Count, reader.Take().Dropped));
    }

    [Fact]
    public void Of_too_many_bytes_as_well_but_the_newest_always_stays()
    {
        using var reader = new LiveReader("t", [], new LiveOptions { BufferBytes = 300_000 });
        foreach (var _ in Enumerable.Range(0, 5))
            reader.Add(new byte[100_000]);
        var first = reader.Take();
        reader.Add(new byte[400_000]);

        Assert.Equal((3, 2), (first.Frames.Count, first.Dropped));
        Assert.Single(reader.Take().Frames);
    }

    [Theory]
    [InlineData(new long[] { })]
    [InlineData(new[] { 0L, 1, 127, 128, 300, long.MaxValue })]
    public void A_position_is_read_back_by_its_own_tenant_only(long[] next)
    {
        var id = new LivePosition(next).Write("acme");

        Assert.True(LivePosition.TryRead(id, "acme", out var read));
        Assert.Equal(next, read.Next);
        Assert.False(LivePosition.TryRead(id, "other", out _));
        foreach (var at in Enumerable.Range(0, id.Length))
            Assert.False(LivePosition.TryRead($"{id[..at]}{(id[at] == 'A' ? 'B' : 'A')}{id[(at + 1)..]}", "acme", out _), $"changed at {at}");
        foreach (var odd in new[] { "", "A", "é", id + id, new string('A', 100_000) })
            Assert.False(LivePosition.TryRead(odd, "acme", out _));
    }
}
