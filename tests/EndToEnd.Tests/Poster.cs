using System.Net;
using TestKit;

namespace EndToEnd.Tests;

/// <summary>
/// A client that does what clients are told to: it posts batches, and repeats one with the same ids until it is answered with 202.
/// Runs until stopped, then finishes what it began: afterwards every event it counts was acknowledged.
/// </summary>
internal sealed class Poster : IAsyncDisposable
{
    private const int BatchSize = 100;
    private static readonly DateTimeOffset End = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly CancellationTokenSource stopping = new();
    private readonly IProduct product;
    private readonly Task[] clients;
    private long acknowledged;
    private long repeated;

    public Poster(IProduct product, int seed, int clients = 3)
    {
        this.product = product;
        this.clients = [.. Enumerable.Range(0, clients).Select(client => Task.Run(() => RunAsync(seed + client)))];
    }

    /// <summary>Events answered with 202.</summary>
    public long Acknowledged => Interlocked.Read(ref acknowledged);

    /// <summary>Batches that had to be sent again.</summary>
    public long Repeated => Interlocked.Read(ref repeated);

    /// <summary>Waits until that many more events were acknowledged.</summary>
    public Task AdvanceAsync(int events)
    {
        var goal = Acknowledged + events;
        return Eventually.TrueAsync($"{goal} events acknowledged", () => Acknowledged >= goal || clients.Any(client => client.IsFaulted), TimeSpan.FromSeconds(180));
    }

    /// <summary>Ends with the batches on the way.</summary>
    public async Task<long> FinishAsync()
    {
        await stopping.CancelAsync();
        await Task.WhenAll(clients);
        return Acknowledged;
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await Task.WhenAll(clients).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.Dispose();
    }

    private async Task RunAsync(int seed)
    {
        for (var batch = 0; !stopping.IsCancellationRequested; batch++)
        {
            var events = Events.Generate(unchecked((seed * 1_000_003) + batch), BatchSize, End, TimeSpan.FromDays(1));
            await PostUntilAcceptedAsync(Events.ToNdjson(events));
            Interlocked.Add(ref acknowledged, BatchSize);
        }
    }

    private async Task PostUntilAcceptedAsync(byte[] batch)
    {
        var deadline = System.Diagnostics.Stopwatch.StartNew();
        while (!await TryPostAsync(batch))
        {
            Interlocked.Increment(ref repeated);
            if (deadline.Elapsed > TimeSpan.FromSeconds(180))
                throw new TimeoutException("A batch was not accepted within 180 s.");
            await Task.Delay(100);
        }
    }

    private async Task<bool> TryPostAsync(byte[] batch)
    {
        try
        {
            using var answer = await product.PostEventsAsync(batch);
            return answer.StatusCode switch
            {
                HttpStatusCode.Accepted => true,
                HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable => false,
                _ => throw new InvalidOperationException($"Unexpected {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}"),
            };
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or IOException)
        {
            return false; // no answer: it may have been stored or not, so it is sent again
        }
    }
}
