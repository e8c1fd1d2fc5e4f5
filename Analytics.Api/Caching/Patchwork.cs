using Analytics.Api.Query;
using Analytics.Api.Query.Language;
using NodaTime;

namespace Analytics.Api.Caching;

/// <summary>
/// Answers whose rows are independent (a time series: one per bucket) are kept row by row: what did not change is used again, and only the
/// other rows are computed, as the same question about less time.
/// </summary>
internal static class Patchwork
{
    /// <summary>Beyond so many stretches the ones with the least between them are computed together: a statement has a price of its own.</summary>
    private const int MostStretches = 3;

    /// <summary>Of each row that need not be computed where it stands in the old answer; null for the others.</summary>
    public static Piece?[] Reuse(IReadOnlyList<ResolvedRange> rows, StoredHours hours, CachedAnswer? old)
    {
        var known = new Dictionary<ResolvedRange, Piece>();
        foreach (var piece in old?.Pieces ?? [])
            known[piece.Range] = piece;
        var reused = new Piece?[rows.Count];
        for (var i = 0; i < reused.Length; i++)
            if (known.TryGetValue(rows[i], out var piece) && piece.Version == hours.Of(rows[i]))
                reused[i] = piece;
        return reused;
    }

    /// <summary>The rows to compute: first and end of each stretch, few enough to be worth their statements.</summary>
    public static List<(int First, int End)> Stretches(Piece?[] reused)
    {
        var stretches = new List<(int First, int End)>();
        for (var i = 0; i < reused.Length; i++)
        {
            if (reused[i] is not null)
                continue;
            if (stretches.Count > 0 && stretches[^1].End == i)
                stretches[^1] = (stretches[^1].First, i + 1);
            else
                stretches.Add((i, i + 1));
        }

        while (stretches.Count > MostStretches)
        {
            var closest = Enumerable.Range(0, stretches.Count - 1).MinBy(i => stretches[i + 1].First - stretches[i].End);
            stretches[closest] = (stretches[closest].First, stretches[closest + 1].End);
            stretches.RemoveAt(closest + 1);
        }

        return stretches;
    }

    public static ResolvedRange Range(IReadOnlyList<ResolvedRange> rows, (int First, int End) stretch) =>
        new(rows[stretch.First].From, rows[stretch.End - 1].To);

    /// <summary>Puts the rows together: computed stretches where there are some, old rows elsewhere.</summary>
    public static (byte[] Rows, Piece[] Pieces) Assemble(
        IReadOnlyList<ResolvedRange> rows, StoredHours hours, Piece?[] reused, byte[] old, IReadOnlyList<((int First, int End) Stretch, Rows Rows)> computed)
    {
        using var output = new PooledBuffer();
        var pieces = new Piece[rows.Count];
        var next = 0;
        foreach (var (stretch, fresh) in computed.Append(((rows.Count, rows.Count), null!)))
        {
            for (; next < stretch.First; next++)
                Append(next, old.AsSpan(reused[next]!.Value.Start, reused[next]!.Value.Length));
            var rest = fresh is null ? default : fresh.Bytes;
            for (; next < stretch.End; next++)
                Append(next, TakeRow(ref rest));
            if (!rest.IsEmpty)
                throw new InvalidOperationException("A part of an answer has more rows than its range.");
        }

        return (output.Span.ToArray(), pieces);

        void Append(int row, ReadOnlySpan<byte> bytes)
        {
            if (row > 0)
                Write(","u8);
            pieces[row] = new Piece(rows[row], hours.Of(rows[row]), output.Length, bytes.Length);
            Write(bytes);
        }

        void Write(ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(output.GetSpan(bytes.Length));
            output.Advance(bytes.Length);
        }
    }

    // Rows are arrays; a bracket inside a text ends none.
    private static ReadOnlySpan<byte> TakeRow(ref ReadOnlySpan<byte> rest)
    {
        var depth = 0;
        var inText = false;
        for (var at = 0; at < rest.Length; at++)
        {
            var c = rest[at];
            if (inText && c == '\\')
                at++;
            else if (c == '"')
                inText = !inText;
            else if (!inText && c == '[')
                depth++;
            else if (!inText && c == ']' && --depth == 0)
            {
                var row = rest[..(at + 1)];
                rest = rest[(at + 1)..];
                if (!rest.IsEmpty)
                    rest = rest[1..]; // the comma
                return row;
            }
        }

        throw new InvalidOperationException("A part of an answer has fewer rows than its range.");
    }
}
