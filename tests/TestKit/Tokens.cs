using System.Net.Http.Json;
using System.Text.Json;

namespace TestKit;

/// <summary>Real tokens, from the API's own issuer.</summary>
public static class Tokens
{
    /// <summary>Signs in and returns the access token.</summary>
    public static async Task<string> SignInAsync(HttpClient http, Uri address, string username, string password)
    {
        ArgumentNullException.ThrowIfNull(http);
        using var answer = await http.PostAsJsonAsync(new Uri(address, "/api/v1/auth/token"), new { username, password });
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode)
            throw new HttpRequestException($"Signing in as {username} gave {(int)answer.StatusCode}: {text}", null, answer.StatusCode);
        return JsonElement.Parse(text).GetProperty("access_token").GetString()!;
    }
}
