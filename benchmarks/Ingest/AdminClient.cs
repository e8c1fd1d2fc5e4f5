using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Benchmarks.Ingest;

/// <summary>Sums of the ledger since the run began, and the records the workers have not stored yet.</summary>
internal sealed record LedgerSums(long Accepted, long Stored, long Duplicates, long DeadLettered, long InFlight, bool Balanced)
{
    public long Settled => Stored + Duplicates + DeadLettered;

    public LedgerSums Since(LedgerSums before) => new(
        Accepted - before.Accepted, Stored - before.Stored, Duplicates - before.Duplicates, DeadLettered - before.DeadLettered, InFlight, Balanced);
}

/// <summary>What the benchmark asks as an admin: is this event visible, does the ledger add up.</summary>
internal sealed class AdminClient(HttpClient http, string user, string password)
{
    private AuthenticationHeaderValue? _token;

    public async Task LoginAsync(CancellationToken cancellation)
    {
        using var response = await http.PostAsJsonAsync("api/v1/auth/token", new { username = user, password }, cancellation);
        if (response.StatusCode != HttpStatusCode.OK)
            throw new OptionException($"Login of {user} was answered with {(int)response.StatusCode}.");
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(cancellation);
        _token = new AuthenticationHeaderValue("Bearer", answer.GetProperty("access_token").GetString());
    }

    public async Task<bool> SeesAsync(string id, DateTimeOffset from, CancellationToken cancellation)
    {
        var answer = await GetAsync($"api/v1/events?id={id}&from={Rfc3339(from)}&limit=1", cancellation);
        return answer.Contains(id, StringComparison.Ordinal);
    }

    public async Task<LedgerSums> LedgerAsync(DateTimeOffset from, CancellationToken cancellation)
    {
        using var json = JsonDocument.Parse(await GetAsync($"api/v1/admin/ledger?from={Rfc3339(from)}", cancellation));
        var totals = json.RootElement.GetProperty("totals");
        return new LedgerSums(
            totals.GetProperty("accepted").GetInt64(),
            totals.GetProperty("stored").GetInt64(),
            totals.GetProperty("duplicates").GetInt64(),
            totals.GetProperty("deadLettered").GetInt64(),
            json.RootElement.GetProperty("partitions").EnumerateArray().Sum(partition => partition.GetProperty("inFlight").GetInt64()),
            json.RootElement.GetProperty("balanced").GetBoolean());
    }

    private async Task<string> GetAsync(string path, CancellationToken cancellation)
    {
        for (var again = false; ; again = true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Authorization = _token;
            using var response = await http.SendAsync(request, cancellation);
            if (response.StatusCode == HttpStatusCode.Unauthorized && !again)
            {
                await LoginAsync(cancellation); // the token has come of age
                continue;
            }

            if (response.StatusCode != HttpStatusCode.OK)
                throw new HttpRequestException($"GET /{path.Split('?')[0]} was answered with {(int)response.StatusCode}", null, response.StatusCode);
            return await response.Content.ReadAsStringAsync(cancellation);
        }
    }

    private static string Rfc3339(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
