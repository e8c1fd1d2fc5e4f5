using System.Globalization;
using System.Net;

namespace Benchmarks.Clients;

/// <summary>One client with one connection that it keeps: asks, waits for the answer, pauses.</summary>
internal sealed class QueryClient(Uri address, string key, QuestionMix mix, TimeSpan pause, ClientsTally tally, TimeProvider clock)
{
    public async Task RunAsync(CancellationToken stop)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = 1 })
        {
            BaseAddress = address,
            Timeout = TimeSpan.FromSeconds(60),
        };
        await WaitAsync(mix.Pause(pause), stop); // they do not all begin at once
        while (!stop.IsCancellationRequested)
        {
            var again = await AskAsync(http, stop);
            await WaitAsync(again ?? mix.Pause(pause), stop);
        }
    }

    /// <summary>How long to wait when the server said so.</summary>
    private async Task<TimeSpan?> AskAsync(HttpClient http, CancellationToken stop)
    {
        var (inquiry, isHeavy) = mix.Next();
        var started = clock.GetTimestamp();
        try
        {
            using var request = inquiry.Request(key, mayReuse: true);
            using var response = await http.SendAsync(request, stop);
            var answer = await response.Content.ReadAsByteArrayAsync(stop);
            if (response.StatusCode == HttpStatusCode.OK)
            {
                tally.Answer(clock.GetElapsedTime(started), isHeavy, answer.AsSpan().IndexOf("\"cache\":\"miss\""u8) < 0);
                return null;
            }

            tally.Fail(((int)response.StatusCode).ToString(CultureInfo.InvariantCulture));
            return response.Headers.RetryAfter?.Delta;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return null; // the time is up
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException)
        {
            tally.Fail(failure is HttpRequestException { HttpRequestError: var error } ? $"no answer ({error})" : "no answer (timeout)");
            return null;
        }
    }

    private Task WaitAsync(TimeSpan time, CancellationToken stop) => time <= TimeSpan.Zero
        ? Task.CompletedTask
        : Task.Delay(time, clock, stop).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
}
