using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Analytics.Api.Query.Formats;
using Analytics.Api.Query.Language;

namespace Analytics.Api.Query;

/// <summary>How many subjects reached each step, for the top groups if asked to group.</summary>
/// <param name="Starts">When first steps count.</param>
/// <param name="Range">When any step does: longer by the window.</param>
internal sealed record FunnelPlan(FunnelQuery Query, ResolvedRange Starts, ResolvedRange Range, Source Source) : QueryPlan(Range, Source)
{
    public override IReadOnlyList<Column> Columns =>
    [
        .. Query.GroupBy.Select(group => new Column(group.Name, ColumnType.Text)),
        new Column("step", ColumnType.Integer),
        new Column("name", ColumnType.Text),
        new Column("subjects", ColumnType.Integer),
        new Column("conversion", ColumnType.Number),
        new Column("conversionFromPrevious", ColumnType.Number),
        new Column("medianSecondsFromPrevious", ColumnType.Number),
        new Column("medianSecondsFromFirst", ColumnType.Number),
    ];

    public override async Task<Rows> RunAsync(Asker asker, CancellationToken cancellationToken)
    {
        using var groups = (await asker.RunAsync(FunnelSql.Groups(this, asker.Tenant), QueryRunner.JsonRows, cancellationToken)).ToRows();
        var bytes = new PooledBuffer();
        WriteRows(bytes, groups.Bytes);
        return new Rows(bytes, groups.Count * Query.Steps.Count, groups.Cost);
    }

    private void WriteRows(IBufferWriter<byte> output, ReadOnlySpan<byte> groups)
    {
        var reader = new RowReader(groups);
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true });
        while (reader.TryReadRow())
        {
            var names = Take(ref reader, Query.GroupBy.Count);
            var subjects = Take(ref reader, Query.Steps.Count).ConvertAll(count => long.Parse(count, CultureInfo.InvariantCulture));
            var fromPrevious = Take(ref reader, Query.Steps.Count - 1);
            var fromFirst = Take(ref reader, Query.Steps.Count - 1);
            reader.TryReadValue(out _);
            for (var i = 0; i < subjects.Count; i++)
            {
                json.WriteStartArray();
                foreach (var name in names)
                    json.WriteRawValue(name, skipInputValidation: true);
                json.WriteNumberValue(i + 1);
                json.WriteStringValue(Query.Steps[i].Name);
                json.WriteNumberValue(subjects[i]);
                json.WriteShare(subjects[i], subjects[0]);
                json.WriteShare(subjects[i], i == 0 ? 0 : subjects[i - 1]);
                json.WriteRawValue(i == 0 || subjects[i] == 0 ? "null" : fromPrevious[i - 1], skipInputValidation: true);
                json.WriteRawValue(i == 0 || subjects[i] == 0 ? "null" : fromFirst[i - 1], skipInputValidation: true);
                json.WriteEndArray();
            }
        }
    }

    private static List<string> Take(ref RowReader row, int count)
    {
        var values = new List<string>(count);
        while (values.Count < count && row.TryReadValue(out var value))
            values.Add(Encoding.UTF8.GetString(value));
        return values;
    }
}
