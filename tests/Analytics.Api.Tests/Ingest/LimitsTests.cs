using System.Diagnostics;
using System.Net;
using System.Text;

namespace Analytics.Api.Tests.Ingest;

public sealed class LimitsTests(LimitsTests.SmallApi small) : IClassFixture<LimitsTests.SmallApi>
{
    private const int Limit = 8 << 20;

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("zstd")]
    [InlineData("deflate")]
    public async Task A_bomb_stops_at_the_limit(string encoding)
    {
        var bomb = Encoders.Encode(new byte[512 << 20], encoding);
        Assert.True(bomb.Length < Limit, "the bomb must be small on the wire");

        var before = Process.GetCurrentProcess().TotalProcessorTime;
        var (response, problem) = await small.Api.PostAsync(IngestApi.Content(bomb, "application/x-ndjson", encoding));
        var spent = Process.GetCurrentProcess().TotalProcessorTime - before;

        RefusesBadRequestsTests.IsProblem(response, problem, 413, "payload_too_large");
        Assert.True(spent < TimeSpan.FromSeconds(5), $"took {spent} of CPU time: did it go on after the limit?");
        Assert.Equal(0, small.InFlight);
    }

    [Fact]
    public async Task A_body_of_100_MB_is_refused_and_the_client_can_read_why()
    {
        var (response, problem) = await small.Api.PostAsync(IngestApi.Content(new byte[100 << 20]));

        RefusesBadRequestsTests.IsProblem(response, problem, 413, "payload_too_large");
        Assert.Equal(0, small.InFlight);
    }

    [Fact]
    public async Task A_body_of_unknown_length_is_refused_when_it_exceeds_the_limit()
    {
        using var content = new StreamContent(new Endless(100 << 20));
        content.Headers.ContentType = new("application/json");

        var (response, problem) = await small.Api.PostAsync(content);

        RefusesBadRequestsTests.IsProblem(response, problem, 413, "payload_too_large");
    }

    [Fact]
    public async Task Too_many_events_are_refused_and_none_accepted()
    {
        var lines = string.Concat(Enumerable.Range(0, 1001).Select(i => $$"""{"id":"many-{{i}}","type":"t"}""" + "\n"));

        var (response, problem) = await small.Api.PostAsync(IngestApi.Content(lines, "application/x-ndjson"));

        RefusesBadRequestsTests.IsProblem(response, problem, 413, "too_many_events");
        Assert.Empty(small.Api.IdsOnLog("many-"));
    }

    [Fact]
    public async Task The_list_of_refused_events_is_bounded_and_their_count_is_not()
    {
        var lines = string.Concat(Enumerable.Repeat("{}\n", 900));

        var (_, problem) = await small.Api.PostAsync(IngestApi.Content(lines, "application/x-ndjson"));

        Assert.Equal(100, problem.GetProperty("rejected").GetArrayLength());
        Assert.Equal(900, problem.GetProperty("rejectedCount").GetInt32());
    }

    [Fact]
    public async Task Requests_beyond_the_memory_for_all_are_told_to_come_back()
    {
        // A request that has sent 20 of its 22 MB holds 32 MB; what the second one needs exceeds the 40 MB for all.
        using var half = new Gate(20 << 20, 2 << 20);
        using var first = new StreamContent(half);
        first.Headers.ContentType = new("application/x-ndjson");
        using var wide = new IngestApi(new() { ["Ingest:MaxDecompressedBytes"] = "25000000", ["Ingest:MaxInFlightBytes"] = "62500000" });
        var posting = wide.PostAsync(first);
        await TestKit.Eventually.EqualsAsync("the first request holds its memory", 32L << 20, () => Task.FromResult(wide.InFlightBytes()), TimeSpan.FromSeconds(10));
        Assert.False(posting.IsCompleted);

        var (response, problem) = await wide.PostAsync(IngestApi.Content(new byte[20 << 20], "application/x-ndjson"));
        half.Open();
        await posting;

        RefusesBadRequestsTests.IsProblem(response, problem, 429, "too_many_requests");
        Assert.Equal("2", response.Headers.GetValues("Retry-After").Single());
        await TestKit.Eventually.TrueAsync("everything is given back", () => wide.InFlightBytes() == 0);
        var (after, _) = await wide.PostAsync(IngestApi.Content("""{"type":"t"}"""));
        Assert.Equal(HttpStatusCode.Accepted, after.StatusCode);
    }

    public sealed class SmallApi : IAsyncLifetime
    {
        internal IngestApi Api { get; } = new(new()
        {
            ["Ingest:MaxDecompressedBytes"] = $"{Limit}",
            ["Ingest:MaxBodyBytes"] = $"{Limit}",
            ["Ingest:MaxEventsPerRequest"] = "1000",
            ["Ingest:MaxRejectedListed"] = "100",
        });

        internal long InFlight => Api.InFlightBytes();

        public ValueTask InitializeAsync() => ValueTask.CompletedTask;

        public ValueTask DisposeAsync() => Api.DisposeAsync();
    }

    /// <summary>Blank lines without a known length.</summary>
    private sealed class Endless(long length) : ReadOnlyTestStream
    {
        private long _left = length;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = (int)Math.Min(_left, buffer.Length);
            buffer.Span[..count].Fill((byte)'\n');
            _left -= count;
            return ValueTask.FromResult(count);
        }
    }

    /// <summary>Sends the first part, then waits until it is opened.</summary>
    private sealed class Gate(int first, int second) : ReadOnlyTestStream
    {
        private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _left = first + second;

        public void Open() => _open.TrySetResult();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_left <= second)
                await _open.Task;
            var count = Math.Min(buffer.Length, _left > second ? _left - second : _left);
            buffer.Span[..count].Fill((byte)'\n');
            _left -= count;
            return count;
        }
    }
}
