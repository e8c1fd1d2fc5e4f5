using System.Data.Common;
using Analytics.Api.Control;
using Dapper;
using Microsoft.Extensions.Options;

namespace Analytics.Api.Auth;

/// <summary>
/// Creates the platform's tenant, the user <c>admin</c> and the first ingest key. Configured values are the truth at each start;
/// what is not configured is generated once, if there is a file to keep it in. Runs alone: in the store's exclusive transaction.
/// </summary>
internal sealed partial class Bootstrap(
    ControlStore store, Passwords passwords, IOptions<BootstrapOptions> options, TimeProvider time, ILogger<Bootstrap> log)
{
    public const string AdminUser = "admin";

    private const string AdminPassword = nameof(BootstrapOptions.AdminPassword);
    private const string IngestKey = nameof(BootstrapOptions.IngestKey);

    private readonly BootstrapOptions wanted = options.Value;

    /// <summary>What was generated; null before <see cref="ApplyAsync"/>.</summary>
    public BootstrapCredentials? Result { get; private set; }

    public async Task ApplyAsync(CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        await using var transaction = await store.BeginExclusiveAsync(connection, cancellation);
        var work = new Work(connection, transaction, time.GetUtcNow().ToUnixTimeMilliseconds());
        await work.ExecuteAsync(
            "INSERT INTO tenants (name, created) VALUES (@name, @Now) ON CONFLICT DO NOTHING", new { name = wanted.Tenant, work.Now });

        var kept = wanted.CredentialsFile is { } path ? new Dictionary<string, string>(CredentialsFile.Read(path)) : [];
        var password = await ApplyPasswordAsync(work, kept);
        var key = await ApplyIngestKeyAsync(work, kept);
        if (password is not null || key is not null)
            Keep(kept, password, key); // before the commit: a secret that works is a secret that is written down

        await transaction.CommitAsync(cancellation);
        Result = new BootstrapCredentials(wanted.Tenant, AdminUser, password, key, wanted.CredentialsFile);
    }

    // Returns the password when it had to be generated.
    private async Task<string?> ApplyPasswordAsync(Work work, Dictionary<string, string> kept)
    {
        var hash = await work.ScalarAsync("SELECT password_hash FROM users WHERE name = @AdminUser", new { AdminUser });
        if (hash is not null)
        {
            if (wanted.AdminPassword is { } configured && !passwords.Matches(hash, configured))
                await ChangePasswordAsync(work, configured);
            return null;
        }

        var known = wanted.AdminPassword ?? kept.GetValueOrDefault(AdminPassword);
        if (known is null && wanted.CredentialsFile is null)
        {
            throw new OptionsValidationException(BootstrapOptions.Section, typeof(BootstrapOptions),
                ["There is no user yet and no password for the first one: set Bootstrap:AdminPassword (environment: Bootstrap__AdminPassword=…), or Bootstrap:CredentialsFile to have one generated."]);
        }

        var password = known ?? Secrets.New();
        await work.ExecuteAsync(
            """
            INSERT INTO users (id, name, password_hash, role, tenant, created)
            VALUES (@id, @name, @hash, @role, @tenant, @Now)
            """,
            new { id = NewId(), name = AdminUser, hash = passwords.Hash(password), role = Roles.Admin, tenant = wanted.Tenant, work.Now });
        return known is null ? password : null;
    }

    private async Task ChangePasswordAsync(Work work, string password)
    {
        await work.ExecuteAsync(
            "UPDATE users SET password_hash = @hash, disabled = NULL WHERE name = @AdminUser", new { hash = passwords.Hash(password), AdminUser });
        await work.ExecuteAsync(
            "UPDATE refresh_tokens SET revoked = @Now WHERE revoked IS NULL AND user_id IN (SELECT id FROM users WHERE name = @AdminUser)",
            new { AdminUser, work.Now });
        ChangedPassword();
    }

    // Returns the key when it had to be generated.
    private async Task<string?> ApplyIngestKeyAsync(Work work, Dictionary<string, string> kept)
    {
        var known = wanted.IngestKey ?? kept.GetValueOrDefault(IngestKey);
        if (known is null && (wanted.CredentialsFile is null
            || await work.ScalarAsync("SELECT id FROM api_keys WHERE origin = 'bootstrap'", new { }) is not null))
        {
            return null;
        }

        var key = known ?? Secrets.NewApiKey();
        var hash = Sha256Hash.Of(key).ToString();
        await work.ExecuteAsync(
            "UPDATE api_keys SET revoked = @Now WHERE origin = 'bootstrap' AND hash <> @hash AND revoked IS NULL", new { hash, work.Now });
        await work.ExecuteAsync(
            """
            INSERT INTO api_keys (id, prefix, hash, name, role, tenant, origin, created)
            VALUES (@id, @prefix, @hash, 'bootstrap', @role, @tenant, 'bootstrap', @Now) ON CONFLICT DO NOTHING
            """,
            new { id = NewId(), prefix = Secrets.Prefix(key), hash, role = Roles.Ingest, tenant = wanted.Tenant, work.Now });
        if (await work.ScalarAsync("SELECT id FROM api_keys WHERE hash = @hash AND revoked IS NOT NULL", new { hash }) is not null)
            FoundRevokedKey();
        return known is null ? key : null;
    }

    private void Keep(Dictionary<string, string> kept, string? password, string? key)
    {
        kept["Tenant"] = wanted.Tenant;
        kept["AdminUser"] = AdminUser;
        if (password is not null)
            kept[AdminPassword] = password;
        if (key is not null)
            kept[IngestKey] = key;
        CredentialsFile.Write(wanted.CredentialsFile!, kept);
    }

    private string NewId() => Guid.CreateVersion7(time.GetUtcNow()).ToString("n");

    [LoggerMessage(LogLevel.Information, "Changed the password of admin to the configured one and ended its logins")]
    private partial void ChangedPassword();

    [LoggerMessage(LogLevel.Warning, "The configured ingest key was revoked and stays so; configure another one")]
    private partial void FoundRevokedKey();

    private sealed record Work(DbConnection Connection, DbTransaction Transaction, long Now)
    {
        public Task<int> ExecuteAsync(string sql, object parameters) => Connection.ExecuteAsync(sql, parameters, Transaction);

        public Task<string?> ScalarAsync(string sql, object parameters) => Connection.ExecuteScalarAsync<string>(sql, parameters, Transaction);
    }
}
