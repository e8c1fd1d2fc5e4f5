using System.Data.Common;
using System.Text;
using System.Text.Json;
using Analytics.Api.Control;
using Dapper;
using Microsoft.Extensions.Options;

namespace Analytics.Api.SavedQueries;

/// <summary>What became of an attempt to save.</summary>
internal enum SaveOutcome
{
    Saved,
    NameTaken,
    OtherVersion,
    QuotaReached,
}

/// <summary>Saved queries in the control store. Every statement names the tenant: another tenant's query does not exist.</summary>
internal sealed class SavedQueryStore(ControlStore store, TimeProvider time, IOptions<SavedQueriesOptions> options)
{
    private const string Columns =
        """
        SELECT q.id AS Id, v.name AS Name, v.description AS Description, v.kind AS Kind, v.query AS Query, v.parameters AS Parameters, v.version AS Version,
               q.created AS Created, q.created_by AS CreatedBy, v.saved AS Updated, v.saved_by AS UpdatedBy
        FROM saved_queries q JOIN saved_query_versions v ON v.query_id = q.id
        """;

    private const string Insert =
        """
        INSERT INTO saved_queries (id, tenant, name, version, created, created_by)
        SELECT @id, @tenant, @name, 1, @now, @caller
        WHERE (SELECT COUNT(*) FROM saved_queries WHERE tenant = @tenant) < @most
        """;

    // The version in the condition is what makes a lost update impossible: of two writers that saw the same one, one changes a row.
    private const string Change =
        """
        UPDATE saved_queries SET name = @name, version = version + 1
        WHERE id = @id AND tenant = @tenant AND (@expected = 0 OR version = @expected)
        """;

    private const string AddVersion =
        """
        INSERT INTO saved_query_versions (query_id, version, name, description, kind, query, parameters, bytes, saved, saved_by)
        SELECT id, version, @name, @description, @kind, @query, @parameters, @bytes, @now, @caller FROM saved_queries
        WHERE id = @id AND
              (SELECT COALESCE(SUM(v.bytes), 0) FROM saved_query_versions v JOIN saved_queries q ON q.id = v.query_id WHERE q.tenant = @tenant) + @bytes <= @mostBytes
        """;

    private const string Forget =
        """
        DELETE FROM saved_query_versions
        WHERE query_id = @id AND version <= (SELECT version FROM saved_queries WHERE id = @id) - @mostVersions
        """;

    private readonly SavedQueriesOptions limits = options.Value;

    public async Task<IReadOnlyList<SavedQueryEntry>> ListAsync(string tenant, string after, int limit, CancellationToken cancellation)
    {
        const string Page = $"{Columns} AND v.version = q.version WHERE q.tenant = @tenant AND q.name > @after ORDER BY q.name LIMIT @limit";
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<SavedQueryRow>(new CommandDefinition(Page, new { tenant, after, limit }, cancellationToken: cancellation));
        return [.. rows.Select(row => row.ToEntry())];
    }

    /// <summary>The newest version, or the one asked for; null when there is none in this tenant.</summary>
    public async Task<SavedQuery?> FindAsync(string tenant, string id, long? version, CancellationToken cancellation)
    {
        const string One = $"{Columns} AND v.version = CASE WHEN @version = 0 THEN q.version ELSE @version END WHERE q.tenant = @tenant AND q.id = @id";
        await using var connection = await store.OpenAsync(cancellation);
        var row = await connection.QuerySingleOrDefaultAsync<SavedQueryRow>(
            new CommandDefinition(One, new { tenant, id, version = version ?? 0 }, cancellationToken: cancellation));
        return row?.ToView();
    }

    /// <summary>The kept versions, newest first; empty when there is no such query in this tenant.</summary>
    public async Task<IReadOnlyList<SavedQueryVersion>> HistoryAsync(string tenant, string id, CancellationToken cancellation)
    {
        const string History = $"{Columns} WHERE q.tenant = @tenant AND q.id = @id ORDER BY v.version DESC";
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<SavedQueryRow>(new CommandDefinition(History, new { tenant, id }, cancellationToken: cancellation));
        return [.. rows.Select(row => new SavedQueryVersion(row.Version, row.Name, row.Kind, UnixTime.From(row.Updated), row.UpdatedBy))];
    }

    public async Task<(SaveOutcome Outcome, string Id)> AddAsync(string tenant, string caller, Definition definition, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var id = Guid.CreateVersion7(now).ToString("n");
        return (await SaveAsync(Insert, SaveOutcome.QuotaReached, tenant, id, caller, definition, expected: 0, cancellation), id);
    }

    /// <param name="expected">The version the writer has seen; 0 for whatever there is.</param>
    public async Task<SaveOutcome> ChangeAsync(string tenant, string id, string caller, Definition definition, long expected, CancellationToken cancellation) =>
        await SaveAsync(Change, SaveOutcome.OtherVersion, tenant, id, caller, definition, expected, cancellation);

    /// <summary>False when it is not there, or not at the expected version (0: any).</summary>
    public async Task<bool> DeleteAsync(string tenant, string id, long expected, CancellationToken cancellation)
    {
        const string Delete = "DELETE FROM saved_queries WHERE id = @id AND tenant = @tenant AND (@expected = 0 OR version = @expected)";
        await using var connection = await store.OpenAsync(cancellation);
        return await connection.ExecuteAsync(new CommandDefinition(Delete, new { id, tenant, expected }, cancellationToken: cancellation)) == 1;
    }

    private async Task<SaveOutcome> SaveAsync(
        string sql, SaveOutcome whenNothingChanged, string tenant, string id, string caller, Definition definition, long expected, CancellationToken cancellation)
    {
        var query = JsonSerializer.Serialize(definition.Query);
        var parameters = JsonSerializer.Serialize(
            definition.Parameters.ToDictionary(pair => pair.Key, pair => new SavedParameter(pair.Value.Type, pair.Value.Default)), JsonSerializerOptions.Web);
        var values = new
        {
            id,
            tenant,
            caller,
            expected,
            query,
            parameters,
            name = definition.Name,
            description = definition.Description,
            kind = definition.Kind.Name,
            bytes = (long)Encoding.UTF8.GetByteCount(query) + Encoding.UTF8.GetByteCount(parameters),
            now = time.GetUtcNow().ToUnixTimeMilliseconds(),
            most = (long)limits.MaxPerTenant,
            mostVersions = (long)limits.MaxVersions,
            mostBytes = limits.MaxBytesPerTenant,
        };
        await using var connection = await store.OpenAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        try
        {
            if (await connection.ExecuteAsync(sql, values, transaction) == 0)
                return whenNothingChanged;
            await connection.ExecuteAsync(Forget, values, transaction);
            if (await connection.ExecuteAsync(AddVersion, values, transaction) == 0)
                return SaveOutcome.QuotaReached;
            await transaction.CommitAsync(cancellation);
            return SaveOutcome.Saved;
        }
        catch (DbException exception) when (store.IsDuplicate(exception))
        {
            return SaveOutcome.NameTaken;
        }
    }
}
