using System.Data.Common;
using Analytics.Api.Control;
using Dapper;
using Microsoft.Extensions.Options;

namespace Analytics.Api.Auth;

/// <summary>
/// Refresh tokens: each works once and is replaced by its successor. Whoever presents a used one reveals that it was stolen (from
/// him or by him), so the whole family, all descendants of that login, is revoked.
/// </summary>
internal sealed class RefreshTokens(ControlStore store, IOptions<AuthOptions> options, TimeProvider time)
{
    /// <summary>First token of a new family.</summary>
    public async Task<string> StartAsync(string userId, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        return await InsertAsync(connection, null, Guid.CreateVersion7().ToString("n"), userId);
    }

    /// <summary>Uses up a token; null when it is unknown, expired, used or revoked, or its user is disabled.</summary>
    public async Task<(Caller Caller, string Token)?> UseAsync(string token, CancellationToken cancellation)
    {
        var hash = Sha256Hash.Of(token).ToString();
        await using var connection = await store.OpenAsync(cancellation);
        await using var transaction = await store.BeginExclusiveAsync(connection, cancellation);
        var used = await connection.QuerySingleOrDefaultAsync<Used>(
            """
            UPDATE refresh_tokens SET used = @now
            WHERE hash = @hash AND used IS NULL AND revoked IS NULL AND expires > @now
            RETURNING family, user_id AS UserId
            """,
            new { hash, now = Now },
            transaction);
        if (used is null)
        {
            await RevokeFamilyAsync(connection, transaction, hash);
            await transaction.CommitAsync(cancellation);
            return null;
        }

        var caller = await connection.QuerySingleOrDefaultAsync<Caller>(
            "SELECT id, name, tenant, role FROM users WHERE id = @UserId AND disabled IS NULL", used, transaction);
        if (caller is null)
            return null;
        var successor = await InsertAsync(connection, transaction, used.Family, used.UserId);
        await transaction.CommitAsync(cancellation);
        return (caller, successor);
    }

    /// <summary>Ends a login: the token and all its relatives. Unknown tokens are none of anybody's business.</summary>
    public async Task RevokeAsync(string token, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        await RevokeFamilyAsync(connection, null, Sha256Hash.Of(token).ToString());
    }

    /// <summary>Removes tokens that expired: a used one is kept until then, because its reuse must be noticed.</summary>
    public async Task DeleteExpiredAsync(CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        await connection.ExecuteAsync("DELETE FROM refresh_tokens WHERE expires < @now", new { now = Now });
    }

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private async Task<string> InsertAsync(DbConnection connection, DbTransaction? transaction, string family, string userId)
    {
        var token = Secrets.New();
        await connection.ExecuteAsync(
            "INSERT INTO refresh_tokens (hash, family, user_id, created, expires) VALUES (@hash, @family, @userId, @created, @expires)",
            new
            {
                hash = Sha256Hash.Of(token).ToString(),
                family,
                userId,
                created = Now,
                expires = Now + (long)options.Value.RefreshTokenLifetime.TotalMilliseconds,
            },
            transaction);
        return token;
    }

    private Task<int> RevokeFamilyAsync(DbConnection connection, DbTransaction? transaction, string hash) => connection.ExecuteAsync(
        """
        UPDATE refresh_tokens SET revoked = @now
        WHERE revoked IS NULL AND family IN (SELECT family FROM refresh_tokens WHERE hash = @hash)
        """,
        new { hash, now = Now },
        transaction);

    private sealed record Used(string Family, string UserId);
}
