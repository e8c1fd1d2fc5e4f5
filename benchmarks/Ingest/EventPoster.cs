using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Benchmarks.Ingest;

/// <summary>
/// Posts one batch until it has an answer: 429, 503 and broken connections are tried again with the same ids, as a good client does, so
/// what may have been stored already is dropped as a duplicate.
/// </summary>
internal sealed class EventPoster(HttpClient http, string key, Tally tally, TimeProvider clock)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Time of the request that was answered with 202; null when there was none until <paramref name="giveUp"/>.</summary>
    public async Task<TimeSpan?> PostAsync(ReadOnlyMemory<byte> body, string contentType, int events, CancellationToken giveUp)
    {
        while (true)
        {
            var pause = FirstPause;
            try
            {
                var started = clock.GetTimestamp();
                using var response = await SendAsync(body, contentType, giveUp);
                var answer = await response.Content.ReadAsByteArrayAsync(giveUp);
                var took = clock.GetElapsedTime(started);
                if (response.StatusCode == HttpStatusCode.Accepted)
                {
                    Count(answer, events, body.Length);
                    return took;
                }

                tally.Mistake($"{(int)response.StatusCode} {CodeOf(answer)}");
                if (response.StatusCode is not (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable))
                {
                    tally.Abandon(events);
                    return null;
                }

                if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
                    tally.Doubt(events);
                pause = response.Headers.RetryAfter?.Delta ?? FirstPause;
            }
            catch (HttpRequestException exception)
            {
                tally.Mistake($"no answer: {exception.HttpRequestError}");
                tally.Doubt(events);
            }
            catch (OperationCanceledException) when (!giveUp.IsCancellationRequested)
            {
                tally.Mistake("no answer: timeout");
                tally.Doubt(events);
            }
            catch (OperationCanceledException)
            {
                tally.Mistake("given up");
                tally.Doubt(events);
                tally.Abandon(events);
                return null;
            }

            await Task.Delay(pause < LongestPause ? pause : LongestPause, giveUp).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private Task<HttpResponseMessage> SendAsync(ReadOnlyMemory<byte> body, string contentType, CancellationToken giveUp)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/events") { Content = new ReadOnlyMemoryContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        request.Headers.Add("X-Api-Key", key);
        return http.SendAsync(request, giveUp);
    }

    private void Count(byte[] answer, int events, long bytes)
    {
        using var json = JsonDocument.Parse(answer);
        var accepted = json.RootElement.GetProperty("accepted").GetInt64();
        tally.Answered(accepted, events - accepted, bytes);
        if (accepted == events || !json.RootElement.TryGetProperty("rejected", out var rejected))
            return;
        foreach (var entry in rejected.EnumerateArray())
            tally.Mistake($"rejected: {entry.GetProperty("code").GetString()}");
    }

    private static string CodeOf(byte[] answer)
    {
        try
        {
            using var json = JsonDocument.Parse(answer);
            return json.RootElement.TryGetProperty("code", out var code) ? code.GetString() ?? "" : "";
        }
        catch (JsonException)
        {
            return "";
        }
    }
}
