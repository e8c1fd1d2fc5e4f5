using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Embedded.ClickHouse.Native;

namespace Embedded.ClickHouse.Http;

/// <summary>
/// One who may connect, from <c>Users:NAME:Password</c>, <c>Users:NAME:ReadOnly</c> and <c>Users:NAME:Tables</c>, a list separated by commas.
/// </summary>
/// <param name="Grants">What may be read; null: everything. Who has it is read-only.</param>
internal sealed record Principal(string Name, bool ReadOnly, TableGrants? Grants = null);

/// <summary>The configured users. Without any there is one, <c>default</c>, with an empty password.</summary>
internal sealed class Users
{
    private readonly FrozenDictionary<string, (Principal Principal, byte[] Hash)> known;

    public Users(IConfiguration configuration)
    {
        var users = configuration.GetSection("Users").GetChildren()
            .Select(u => (Principal(u), Hash(u["Password"] ?? "")))
            .ToList();
        if (users.Count == 0) users.Add((new Principal("default", false), Hash("")));
        known = users.ToFrozenDictionary(u => u.Item1.Name, StringComparer.Ordinal);
    }

    public Principal Authenticate(HttpRequest request)
    {
        var (name, password) = Credentials(request);
        var expected = known.TryGetValue(name, out var user) ? user.Hash : new byte[SHA256.HashSizeInBytes];
        var matches = CryptographicOperations.FixedTimeEquals(Hash(password), expected);
        return matches && user.Principal is not null
            ? user.Principal
            : throw new EngineException(516, "AUTHENTICATION_FAILED", $"{name}: Authentication failed: password is incorrect, or there is no user with such name.");
    }

    private static Principal Principal(IConfigurationSection user)
    {
        var grants = user["Tables"] is { Length: > 0 } tables ? new TableGrants(tables.Split(',')) : null;
        return new Principal(user.Key, grants is not null || user.GetValue<bool>("ReadOnly"), grants);
    }

    private static (string Name, string Password) Credentials(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            var buffer = new byte[header.Length];
            if (!Convert.TryFromBase64String(header[6..].Trim(), buffer, out var length))
                throw new EngineException(516, "AUTHENTICATION_FAILED", "The Authorization header is not valid Base64.");

            var text = Encoding.UTF8.GetString(buffer, 0, length);
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            return colon < 0 ? (text, "") : (text[..colon], text[(colon + 1)..]);
        }

        if (request.Headers.TryGetValue("X-ClickHouse-User", out var user)) return (user.ToString(), request.Headers["X-ClickHouse-Key"].ToString());

        return (request.Query.TryGetValue("user", out var name) ? name.ToString() : "default", request.Query["password"].ToString());
    }

    private static byte[] Hash(string password) => SHA256.HashData(Encoding.UTF8.GetBytes(password));
}
