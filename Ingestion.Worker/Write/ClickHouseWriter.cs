using System.Diagnostics;
using ClickHouse.Driver;
using Ingestion.Worker.Native;
using Ingestion.Worker.Telemetry;
using Microsoft.Extensions.Options;

namespace Ingestion.Worker.Write;

/// <summary>
/// Inserts blocks. A failed insert is repeated with the same token and the same bytes until it is stored, refused or
/// cancelled, so it does not matter whether the failed one had arrived.
/// </summary>
internal sealed partial class ClickHouseWriter(
    ClickHouseClient client, IOptions<IngestionOptions> options, IngestionTelemetry telemetry, TimeProvider time, ILogger<ClickHouseWriter> logger)
{
    private readonly IngestionOptions options = options.Value;

    /// <summary>Since when inserts have been failing; null while they work. Read by the health check.</summary>
    public DateTimeOffset? FailingSince { get; private set; }

    public async Task<InsertOutcome> InsertAsync(NativeBlock block, string token, CancellationToken cancellationToken)
    {
        if (block.Rows == 0)
        {
            return InsertOutcome.Stored;
        }

        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await SendAsync(block, token, cancellationToken);
                FailingSince = null;
                return InsertOutcome.Stored;
            }
            catch (Exception e) when (WriteRetry.IsRefusal(e))
            {
                LogRefused(token, block.Rows, e.Message);
                telemetry.InsertFailed("refused");
                return InsertOutcome.Refused;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                FailingSince ??= time.GetUtcNow();
                var delay = WriteRetry.Delay(attempt, options.RetryDelay, options.RetryMaxDelay);
                LogRetried(token, attempt, delay, e.Message);
                telemetry.InsertFailed("transient");
                await Task.Delay(delay, time, cancellationToken);
            }
        }
    }

    private async Task SendAsync(NativeBlock block, string token, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(options.InsertTimeout);
        var started = time.GetTimestamp();
        await using var body = block.OpenRead();
        using var response = await client.InsertRawStreamAsync(
            block.Table, body, "Native", block.ColumnNames, useCompression: false, Settings(token), deadline.Token);
        telemetry.Inserted(block.Table, block.Rows, block.Bytes, time.GetElapsedTime(started));
    }

    private static QueryOptions Settings(string token) => new()
    {
        CustomSettings = new Dictionary<string, object>
        {
            ["insert_deduplication_token"] = token,
            ["insert_deduplicate"] = 1,
            ["deduplicate_blocks_in_dependent_materialized_views"] = 1,
            ["async_insert"] = 0,
        },
    };

    [LoggerMessage(LogLevel.Error, "ClickHouse refused {Token} with {Rows} rows: {Reason}")]
    private partial void LogRefused(string token, int rows, string reason);

    [LoggerMessage(LogLevel.Warning, "Insert of {Token} failed in try {Attempt}, repeated in {Delay}: {Reason}")]
    private partial void LogRetried(string token, int attempt, TimeSpan delay, string reason);
}
