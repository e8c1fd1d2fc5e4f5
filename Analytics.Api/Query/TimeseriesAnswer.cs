using System.Buffers;
using System.Globalization;
using System.Text;
using Analytics.Api.Query.Language;

namespace Analytics.Api.Query;

/// <summary>
/// Writes the rows of a time series: every bucket of the range, in order; within a bucket every group, in the order of the top groups.
/// Buckets the engine had nothing for are filled in.
/// </summary>
internal static class TimeseriesAnswer
{
    /// <param name="groups">Of each group, its texts as JSON, separated by commas; the one empty text when there is no grouping.</param>
    public static void WriteRows(IBufferWriter<byte> output, TimeseriesPlan plan, IReadOnlyList<byte[]> groups, ReadOnlySpan<byte> result)
    {
        var buckets = plan.Buckets;
        var found = Find(plan, groups, result);
        var empty = Encoding.UTF8.GetBytes(string.Join(',', plan.Query.Measures.Select(measure => measure.ZeroWhenEmpty ? "0" : "null")));
        var first = true;
        for (var bucket = 0; bucket < buckets.Count; bucket++)
        {
            var time = buckets.Label(bucket);
            for (var group = 0; group < groups.Count; group++)
            {
                output.Write(first ? "[\""u8 : ",[\""u8);
                output.Write(time);
                output.Write("\","u8);
                if (groups[group].Length > 0)
                {
                    output.Write(groups[group]);
                    output.Write(","u8);
                }

                var (start, length) = found[(bucket * groups.Count) + group];
                output.Write(length > 0 ? result.Slice(start, length) : empty);
                output.Write("]"u8);
                first = false;
            }
        }
    }

    // Where the measures of each bucket and group stand in the result; length 0 where there are none.
    private static (int Start, int Length)[] Find(TimeseriesPlan plan, IReadOnlyList<byte[]> groups, ReadOnlySpan<byte> result)
    {
        var found = new (int, int)[plan.Buckets.Count * groups.Count];
        var ranks = Ranks(plan, groups);
        var rest = result;
        while (JsonRow.TryTake(ref rest, out var row))
        {
            var key = JsonRow.TakeInteger(ref row);
            var bucket = plan.Buckets.Width > 0 ? (int)key : Array.BinarySearch(plan.Buckets.Starts, key);
            var group = 0;
            if (ranks is not null && !ranks.TryGetValue(Encoding.UTF8.GetString(JsonRow.Take(ref row, plan.Query.GroupBy.Count)), out group))
                continue;
            var behind = rest.Length + (result.Length > rest.Length && result[result.Length - rest.Length - 1] == '\n' ? 1 : 0);
            found[(bucket * groups.Count) + group] = (result.Length - behind - 1 - row.Length, row.Length);
        }

        return found;
    }

    private static Dictionary<string, int>? Ranks(TimeseriesPlan plan, IReadOnlyList<byte[]> groups)
    {
        if (plan.Query.GroupBy.Count == 0)
            return null;

        var ranks = new Dictionary<string, int>(groups.Count, StringComparer.Ordinal);
        for (var i = 0; i < groups.Count; i++)
            ranks[Encoding.UTF8.GetString(groups[i])] = i;
        return ranks;
    }
}
