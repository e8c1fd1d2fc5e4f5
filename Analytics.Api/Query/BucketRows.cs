using System.Buffers;
using System.Text;
using Analytics.Api.Query.Language;

namespace Analytics.Api.Query;

/// <summary>
/// Writes rows by bucket: every bucket of the range, in order; within a bucket every group, in the order of the top groups.
/// Buckets the engine had nothing for are filled in.
/// </summary>
/// <param name="groups">The one nameless group when there is no grouping.</param>
/// <param name="width">Number of fields grouped by.</param>
/// <param name="empty">JSON of each measure where there is nothing.</param>
internal sealed class BucketRows(IReadOnlyList<byte[]> groups, int width, IReadOnlyList<string> empty)
{
    private readonly byte[] _empty = Encoding.UTF8.GetBytes(string.Join(',', empty));
    private readonly byte[] _never = Encoding.UTF8.GetBytes(string.Concat(empty.Append("").Select(_ => ",null"))); // the time and each measure
    private readonly Dictionary<string, int>? _ranks = width == 0 ? null : Ranks(groups);

    /// <param name="result">Rows of bucket, group and measures.</param>
    /// <param name="before">What to compare with: where the bucket beside each begins, and its measures, follow those of the bucket.</param>
    public void Write(
        IBufferWriter<byte> output, Buckets buckets, ReadOnlySpan<byte> result, PreviousBuckets? before = null, ReadOnlySpan<byte> resultBefore = default)
    {
        var found = Find(buckets, result);
        var foundBefore = before is null ? [] : Find(before.Buckets, resultBefore);
        var first = true;
        for (var bucket = 0; bucket < buckets.Count; bucket++)
        {
            var time = buckets.Label(bucket);
            var beside = before?.Beside[bucket] ?? -1;
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

                Write(output, found[(bucket * groups.Count) + group], result);
                if (beside >= 0)
                {
                    output.Write(",\""u8);
                    output.Write(before!.Buckets.Label(beside));
                    output.Write("\","u8);
                    Write(output, foundBefore[(beside * groups.Count) + group], resultBefore);
                }
                else if (before is not null)
                {
                    output.Write(_never);
                }

                output.Write("]"u8);
                first = false;
            }
        }
    }

    private void Write(IBufferWriter<byte> output, (int Start, int Length) place, ReadOnlySpan<byte> result) =>
        output.Write(place.Length > 0 ? result.Slice(place.Start, place.Length) : _empty);

    // Where the measures of each bucket and group stand in the result; length 0 where there are none.
    private (int Start, int Length)[] Find(Buckets buckets, ReadOnlySpan<byte> result)
    {
        var found = new (int, int)[buckets.Count * groups.Count];
        var rest = result;
        while (JsonRow.TryTake(ref rest, out var row))
        {
            var key = JsonRow.TakeInteger(ref row);
            var bucket = buckets.Width > 0 ? (int)key : Array.BinarySearch(buckets.Starts, key);
            var group = 0;
            if (_ranks is not null && !_ranks.TryGetValue(Encoding.UTF8.GetString(JsonRow.Take(ref row, width)), out group))
                continue;
            var behind = rest.Length + (result.Length > rest.Length && result[result.Length - rest.Length - 1] == '\n' ? 1 : 0);
            found[(bucket * groups.Count) + group] = (result.Length - behind - 1 - row.Length, row.Length);
        }

        return found;
    }

    private static Dictionary<string, int> Ranks(IReadOnlyList<byte[]> groups)
    {
        var ranks = new Dictionary<string, int>(groups.Count, StringComparer.Ordinal);
        for (var i = 0; i < groups.Count; i++)
            ranks[Encoding.UTF8.GetString(groups[i])] = i;
        return ranks;
    }
}
