using Analytics.Contracts;
using Ingestion.Worker.Dedup;
using Analytics.Contracts.Schema;

namespace Ingestion.Worker.Streams;

/// <summary>A topic and the table that its records are stored in, exactly once.</summary>
/// <param name="Topic">Kafka topic.</param>
/// <param name="Table">ClickHouse table with <c>kafka_partition</c>, <c>kafka_offset</c> and <c>received</c>.</param>
/// <param name="IdentityColumns">SQL expressions whose text makes up the identity of a stored row, in order.</param>
/// <param name="CreateBlock">Makes an empty block of the table's columns.</param>
internal sealed record RecordStream(string Topic, string Table, IReadOnlyList<string> IdentityColumns, Func<Identity, RowBlock> CreateBlock)
{
    public static RecordStream Events { get; } =
        new(Topics.Events, Tables.Events, ["tenant", "subject", "id"], identity => new EventBlock(identity));

    public static RecordStream DeadLetters { get; } =
        new(Topics.DeadLetters, Tables.DeadLetters, ["topic", "toString(partition)", "toString(offset)"], identity => new DeadLetterBlock(identity));

    public static IReadOnlyList<RecordStream> All { get; } = [Events, DeadLetters];

    public static RecordStream Of(string topic) =>
        All.FirstOrDefault(stream => stream.Topic == topic) ?? throw new ArgumentException($"No stream reads topic '{topic}'.", nameof(topic));
}
