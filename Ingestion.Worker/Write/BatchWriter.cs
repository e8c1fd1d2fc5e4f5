using System.Diagnostics;
using Ingestion.Worker.Batch;
using Ingestion.Worker.DeadLetter;
using Ingestion.Worker.Lanes;
using Ingestion.Worker.Telemetry;

namespace Ingestion.Worker.Write;

/// <summary>
/// Stores one batch: its refused records to the dead letters, its rows, then its ledger entry, each under the token of the
/// range. A crash between any two of them is repaired by the replay of the same range: what is there already is dropped.
/// </summary>
internal sealed class BatchWriter(ClickHouseWriter writer, DeadLetterProducer deadLetters, IngestionTelemetry telemetry, TimeProvider time)
{
    public async Task<BatchOutcome> WriteAsync(
        PartitionBatch batch, string token, CancellationToken cancellationToken, bool intoLedger = true)
    {
        using var activity = telemetry.Source.StartActivity("store batch", ActivityKind.Consumer, parentContext: default, links: batch.Links);
        activity?.SetTag("messaging.batch.message_count", batch.Records);
        activity?.SetTag("messaging.destination.name", batch.Range.Topic);
        activity?.SetTag("messaging.destination.partition.id", batch.Range.Partition);

        await deadLetters.SendAsync(batch.Rejections, cancellationToken);
        if (await writer.InsertAsync(batch.Block, token, cancellationToken) == InsertOutcome.Refused)
        {
            activity?.SetStatus(ActivityStatusCode.Error, "refused");
            return new BatchOutcome("ClickHouse refused the row.");
        }

        if (!intoLedger)
        {
            return BatchOutcome.Stored;
        }

        using var ledger = new LedgerBlock(batch.Range, batch.Tally);
        await writer.InsertAsync(ledger, token, cancellationToken);
        var age = time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(batch.OldestReceived, time.GetUtcNow().ToUnixTimeMilliseconds()));
        telemetry.Stored(batch.Range.Topic, batch.Tally.Stored, batch.Tally.Duplicates, batch.Tally.DeadLettered, age);
        return BatchOutcome.Stored;
    }
}
