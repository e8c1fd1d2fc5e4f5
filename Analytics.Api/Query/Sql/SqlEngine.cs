using System.Text;
using Analytics.Api.Engines;
using Analytics.Api.Query.Language;
using Analytics.Contracts.Schema;
using Microsoft.Extensions.Options;

namespace Analytics.Api.Query.Sql;

/// <summary>
/// The door for statements that we did not write: as an engine user who may read the views only, if there is one, in the database that
/// has nothing but them. All that <see cref="QueryRunner"/> promises holds here too.
/// </summary>
internal sealed class SqlEngine(IConfiguration configuration, IOptions<QueryOptions> options, QueryTelemetry telemetry, QueryGate gate) : IDisposable
{
    // query_plan_merge_filters=0: else the engine makes one condition of the tenant's filter and the statement's, and may try the
    // statement's part on rows of others first. It would not show them, but toUInt8(…) or intDiv(1, …) that fails on them would tell.
    private const string Settings =
        "&query_plan_merge_filters=0&date_time_output_format=iso&output_format_json_validate_utf8=1&output_format_json_named_tuples_as_objects=1"
        + "&max_query_size=262144&max_ast_elements=20000&max_ast_depth=500&max_parser_depth=300&max_subquery_depth=20&max_columns_to_read=100"
        + "&max_rows_in_set=5000000&function_range_max_elements_in_block=10000000&max_temporary_data_on_disk_size_for_query=1000000000";

    private const string NamedRows = "JSONCompactEachRowWithNamesAndTypes", Text = "TabSeparatedRaw";

    private readonly string _database = Endpoint(configuration).Database;
    private readonly QueryRunner _runner = new(Endpoint(configuration), options, telemetry, gate);

    /// <summary>The statement as the engine's parser understood it, on one line; else where it stopped understanding.</summary>
    public async Task<(string? Canonical, SqlError? Error)> ParseAsync(Asker asker, string sql, CancellationToken cancellationToken)
    {
        var parameters = new SqlParameters();
        var statement = new Statement($"SELECT formatQuerySingleLine({parameters.Text(sql)})", parameters);
        var (result, error) = await TryAsync(asker, statement, Text, cancellationToken);
        using (result)
            return (result is null ? null : Encoding.UTF8.GetString(result.Bytes).TrimEnd('\n'), error);
    }

    /// <summary>The tree of a statement, a node per line.</summary>
    public async Task<(string[] Lines, SqlError? Error)> TreeAsync(Asker asker, Statement statement, CancellationToken cancellationToken)
    {
        var (result, error) = await TryAsync(asker, statement with { Sql = $"EXPLAIN AST {statement.Sql}" }, Text, cancellationToken);
        using (result)
            return (result is null ? [] : Encoding.UTF8.GetString(result.Bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries), error);
    }

    /// <summary>The result with its two head lines: names and types.</summary>
    public Task<(QueryResult? Result, SqlError? Error)> RunAsync(Asker asker, Statement statement, CancellationToken cancellationToken) =>
        TryAsync(asker, statement, NamedRows, cancellationToken);

    /// <summary>The rows, if they are not too many: the engine's own count of them does not see what arrayJoin makes of one row.</summary>
    public Rows Bounded(Asker asker, QueryResult result)
    {
        var limits = options.Value.Of(asker.Role);
        var rows = result.ToRows();
        if (rows.Count <= (limits.Own?.MaxResultRows ?? limits.Common.MaxResultRows))
            return rows;
        rows.Dispose();
        var failure = new QueryFailedException(FailureKind.TooLarge, "More rows than an answer may have.", option: nameof(QueryOptions.MaxResultRows));
        failure.Name(limits);
        throw failure;
    }

    public void Dispose() => _runner.Dispose();

    private async Task<(QueryResult?, SqlError?)> TryAsync(Asker asker, Statement statement, string format, CancellationToken cancellationToken)
    {
        try
        {
            return (await _runner.RunAsync(asker.Tenant, statement, format, cancellationToken, role: asker.Role), null);
        }
        catch (QueryFailedException failure) when (SqlFailure.Explain(failure, _database) is { } error)
        {
            return (null, error);
        }
    }

    private static ClickHouseEndpoint Endpoint(IConfiguration configuration)
    {
        var main = ConnectionStrings.Required(configuration, ConnectionStrings.ClickHouse);
        var database = ClickHouseEndpoint.Parse(main).Database;
        var own = configuration.GetConnectionString(ConnectionStrings.ClickHouseSql) is { Length: > 0 } text ? text : main;
        return ClickHouseEndpoint.Parse(own) with { Database = Tables.SqlDatabase(database), TablesDatabase = database, Settings = Settings };
    }
}
