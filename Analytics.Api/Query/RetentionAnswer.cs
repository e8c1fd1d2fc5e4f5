using System.Buffers;
using System.Text;
using System.Text.Json;
using Analytics.Api.Query.Formats;
using Analytics.Api.Query.Language;

namespace Analytics.Api.Query;

/// <summary>Writes the rows of a retention: every cohort, in it every group, in it every period; those the engine had nothing for are filled in.</summary>
internal static class RetentionAnswer
{
    /// <param name="groups">Rows of <see cref="RetentionSql.Groups"/>.</param>
    /// <returns>How many rows were written.</returns>
    public static int WriteRows(IBufferWriter<byte> output, RetentionPlan plan, ReadOnlySpan<byte> groups)
    {
        var tables = ReadTables(plan, groups);
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true });
        for (var cohort = 0; cohort < plan.Cohorts; cohort++)
        {
            var label = plan.Buckets.Label(cohort);
            foreach (var (group, counts) in tables)
                for (var period = 0; period <= plan.Query.Periods; period++)
                {
                    json.WriteStartArray();
                    json.WriteStringValue(label);
                    if (group is not null)
                        json.WriteRawValue(group, skipInputValidation: true);
                    WriteCell(json, plan, cohort, period, counts);
                    json.WriteEndArray();
                }
        }

        return plan.Cohorts * tables.Count * (plan.Query.Periods + 1);
    }

    // Nobody returned yet in a period that has not begun: no number, rather than a wrong 0.
    private static void WriteCell(Utf8JsonWriter json, RetentionPlan plan, int cohort, int period, long[,] counts)
    {
        var (size, returned) = (counts[cohort, 0], counts[cohort, period + 1]);
        var now = plan.Now.ToUnixTimeSeconds();
        json.WriteNumberValue(size);
        json.WriteNumberValue(period);
        if (plan.Buckets.Starts[cohort + period] > now)
        {
            json.WriteNullValue();
            json.WriteNullValue();
        }
        else
        {
            json.WriteNumberValue(returned);
            json.WriteShare(returned, size);
        }

        json.WriteBooleanValue(plan.Buckets.Starts[cohort + period + 1] <= now);
    }

    // Of each group its name as JSON, and by cohort its size and those who returned in each period.
    private static List<(string? Group, long[,] Counts)> ReadTables(RetentionPlan plan, ReadOnlySpan<byte> groups)
    {
        var tables = new List<(string?, long[,])>();
        var reader = new RowReader(groups);
        while (reader.TryReadRow())
        {
            string? group = null;
            if (plan.Query.GroupBy.Count > 0 && reader.TryReadValue(out var name))
                group = Encoding.UTF8.GetString(name);
            var (cohorts, periods, counts) = (ReadNumbers(ref reader), ReadNumbers(ref reader), ReadNumbers(ref reader));
            reader.TryReadValue(out _);
            var table = new long[plan.Cohorts, plan.Query.Periods + 2];
            for (var i = 0; i < counts.Length; i++)
                table[cohorts[i], periods[i] + 1] = counts[i];
            if (plan.Query.Mode == RetentionMode.Rolling)
                AddLater(table);
            tables.Add((group, table));
        }

        return tables;
    }

    // The engine counted the last period of each subject.
    private static void AddLater(long[,] table)
    {
        for (var cohort = 0; cohort < table.GetLength(0); cohort++)
            for (var period = table.GetLength(1) - 2; period >= 1; period--)
                table[cohort, period] += table[cohort, period + 1];
    }

    private static long[] ReadNumbers(ref RowReader row)
    {
        row.TryReadValue(out var json);
        return JsonSerializer.Deserialize<long[]>(json) ?? [];
    }
}
