using Analytics.Api.Control;
using Dapper;
using Microsoft.AspNetCore.Identity;

namespace Analytics.Api.Auth;

/// <summary>Hashes and checks passwords with ASP.NET Core Identity's hasher (PBKDF2, HMAC-SHA512, random salt).</summary>
internal sealed class Passwords(ControlStore store)
{
    private static readonly object Nobody = new();

    private readonly PasswordHasher<object> hasher = new();
    private readonly string hashOfNobody = new PasswordHasher<object>().HashPassword(Nobody, Secrets.New());

    public string Hash(string password) => hasher.HashPassword(Nobody, password);

    public bool Matches(string hash, string password) =>
        hasher.VerifyHashedPassword(Nobody, hash, password) != PasswordVerificationResult.Failed;

    /// <summary>The user with that name and password. An unknown or disabled user takes as long as a wrong password.</summary>
    public async Task<Caller?> CheckAsync(string name, string password, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var user = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            "SELECT id, name, tenant, role, password_hash AS PasswordHash FROM users WHERE name = @name AND disabled IS NULL",
            new { name = name.ToLowerInvariant() },
            cancellationToken: cancellation));
        var matches = Matches(user?.PasswordHash ?? hashOfNobody, password);
        return matches && user is not null ? new Caller(user.Id, user.Name, user.Tenant, user.Role) : null;
    }

    private sealed record Row(string Id, string Name, string Tenant, string Role, string PasswordHash);
}
