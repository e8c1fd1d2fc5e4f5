using System.Text;
using Benchmarks.Events;
using Benchmarks.Measure;

namespace Benchmarks.Ingest;

/// <summary>
/// Time from the 202 of a marker event until a query shows it: a few markers per second, on a schedule of their own, each asked for
/// every 50 ms at first and every 250 ms later, so that the asking costs little and the figure is at most that much too high.
/// </summary>
internal sealed class Freshness(EventPoster poster, AdminClient admin, Tally tally, double perSecond, TimeProvider clock)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private const int MostAtOnce = 20;

    public Latencies Times { get; } = new();

    public async Task RunAsync(CancellationToken stop)
    {
        var markers = new List<Task>();
        try
        {
            while (perSecond > 0)
            {
                await Task.Delay(TimeSpan.FromSeconds(1 / perSecond), clock, stop);
                markers.RemoveAll(marker => marker.IsCompletedSuccessfully);
                if (markers.Count >= MostAtOnce)
                    await Task.WhenAny(markers).WaitAsync(stop);
                markers.Add(FollowAsync());
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(markers);
        }
    }

    private async Task FollowAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            var id = Guid.NewGuid().ToString();
            var time = new byte[EventShapes.TimePlace.Length];
            var now = clock.GetUtcNow();
            Encoding.ASCII.GetBytes(EventShapes.TimePlace, time);
            Stamp.Time(time, now);
            var json = $$"""{"specversion":"1.0","id":"{{id}}","type":"benchmark.marker","subject":"marker-{{id}}","time":"{{Encoding.ASCII.GetString(time)}}"}""";
            if (await poster.PostAsync(Encoding.UTF8.GetBytes(json), "application/cloudevents+json", 1, limit.Token) is null)
                return;

            var accepted = clock.GetTimestamp();
            for (var pause = FirstPause; !await admin.SeesAsync(id, now - TimeSpan.FromMinutes(1), limit.Token);)
            {
                await Task.Delay(pause, clock, limit.Token);
                pause = pause * 1.25 < LongestPause ? pause * 1.25 : LongestPause;
            }

            Times.Add(clock.GetElapsedTime(accepted));
        }
        catch (OperationCanceledException)
        {
            tally.Mistake($"marker not visible after {Limit.TotalSeconds:0} s");
        }
        catch (HttpRequestException exception)
        {
            tally.Mistake($"marker: {exception.Message}");
        }
    }
}
