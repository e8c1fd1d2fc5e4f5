using System.Collections.Concurrent;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Analytics.Api.Control;
using Dapper;

namespace Analytics.Api.Auth;

/// <summary>
/// Finds the caller behind an API key. Answers are kept for <see cref="Lifetime"/>, so that a key revoked by another process
/// stops working within 5 s; only existing keys are kept, so the memory is bounded by their number. Thread-safe.
/// </summary>
internal sealed class ApiKeys(ControlStore store, TimeProvider time)
{
    public const int MaxLength = 256;

    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(4);

    private readonly ConcurrentDictionary<Sha256Hash, Known> known = new();
    private readonly ConcurrentDictionary<string, long> used = new();

    /// <summary>The caller, or null when the key is unknown, expired or revoked.</summary>
    public async ValueTask<ClaimsPrincipal?> FindAsync(string key, CancellationToken cancellation)
    {
        var hash = Sha256Hash.Of(key);
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        if (!known.TryGetValue(hash, out var found) || now >= found.ReadAgainAt)
        {
            found = await ReadAsync(hash, now, cancellation);
            if (found is null)
            {
                known.TryRemove(hash, out _);
                return null;
            }

            known[hash] = found;
        }

        if (now >= found.Expires)
            return null;
        used[found.Id] = now;
        return found.Caller;
    }

    /// <summary>Forgets a key that this process revoked, at once.</summary>
    public void Forget(string id)
    {
        foreach (var (hash, key) in known)
        {
            if (key.Id == id)
                known.TryRemove(hash, out _);
        }
    }

    /// <summary>Writes down when keys were last used: lazily, so that posting events never waits for the control store.</summary>
    public async Task SaveLastUsedAsync(CancellationToken cancellation)
    {
        if (used.IsEmpty)
            return;
        await using var connection = await store.OpenAsync(cancellation);
        foreach (var id in used.Keys)
        {
            if (used.TryRemove(id, out var at))
                await connection.ExecuteAsync("UPDATE api_keys SET last_used = @at WHERE id = @id AND (last_used IS NULL OR last_used < @at)", new { id, at });
        }
    }

    private async Task<Known?> ReadAsync(Sha256Hash hash, long now, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            "SELECT id, hash, name, role, tenant, expires FROM api_keys WHERE hash = @hash AND revoked IS NULL",
            new { hash = hash.ToString() },
            cancellationToken: cancellation));
        if (row is null || !CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(row.Hash), Encoding.ASCII.GetBytes(hash.ToString())))
            return null;
        var caller = new Caller(row.Id, row.Name, row.Tenant, row.Role).ToPrincipal(ApiKeyAuthentication.SchemeName);
        return new Known(row.Id, caller, row.Expires ?? long.MaxValue, now + (long)Lifetime.TotalMilliseconds);
    }

    private sealed record Row(string Id, string Hash, string Name, string Role, string Tenant, long? Expires);

    private sealed record Known(string Id, ClaimsPrincipal Caller, long Expires, long ReadAgainAt);
}
