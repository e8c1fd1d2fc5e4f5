using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Benchmarks.Product;

/// <summary>What a run asks of the platform's admin: tenants, and keys to ask as one of them.</summary>
internal static class PlatformAdmin
{
    /// <summary>A key of the role <c>analyst</c> for each tenant; tenants that are missing are created.</summary>
    public static async Task<Dictionary<string, string>> KeysAsync(Uri address, string password, IEnumerable<string> tenants, CancellationToken cancellation)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(address, "/api/v1/") };
        var login = await PostAsync(http, "auth/token", new { username = "admin", password }, cancellation);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", login.GetProperty("access_token").GetString());
        var keys = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var tenant in tenants)
        {
            await PostAsync(http, "admin/tenants", new { name = tenant }, cancellation);
            var key = await PostAsync(http, "admin/api-keys", new { name = "benchmark", role = "analyst", tenant }, cancellation);
            keys[tenant] = key.GetProperty("key").GetString()!;
        }

        return keys;
    }

    private static async Task<JsonElement> PostAsync(HttpClient http, string path, object body, CancellationToken cancellation)
    {
        using var response = await http.PostAsJsonAsync(path, body, cancellation);
        var text = await response.Content.ReadAsStringAsync(cancellation);
        return response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.Conflict
            ? JsonDocument.Parse(text).RootElement
            : throw new ProductException($"POST {path} was answered with {(int)response.StatusCode}: {text}");
    }
}
