using Analytics.Contracts;

namespace Analytics.Api.Query.Language;

/// <summary>The leaves of one event's <c>data</c>, as the columns <c>strings</c> and <c>numbers</c> would hold them. Reused; not thread-safe.</summary>
internal sealed class EventLeaves : ILeafVisitor
{
    private readonly LeafWalker _walker = new();
    private readonly List<Leaf> _leaves = [];
    private byte[] _bytes = new byte[4096];
    private int _used;

    public void Read(ReadOnlySpan<byte> data)
    {
        _leaves.Clear();
        _used = 0;
        _walker.Walk(data, this);
    }

    /// <summary>The first text at the path; what it was decides what it can be compared with.</summary>
    public bool TryText(ReadOnlySpan<byte> path, out ReadOnlySpan<byte> text, out LeafKind kind)
    {
        foreach (var leaf in _leaves)
        {
            if (leaf.Kind is not { } known || !Path(leaf).SequenceEqual(path))
                continue;
            text = _bytes.AsSpan(leaf.Start + leaf.PathLength, leaf.TextLength);
            kind = known;
            return true;
        }

        text = default;
        kind = default;
        return false;
    }

    public bool TryNumber(ReadOnlySpan<byte> path, out double number)
    {
        foreach (var leaf in _leaves)
        {
            if (leaf.Kind is not null || !Path(leaf).SequenceEqual(path))
                continue;
            number = leaf.Number;
            return true;
        }

        number = 0;
        return false;
    }

    void ILeafVisitor.Text(ReadOnlySpan<byte> path, ReadOnlySpan<byte> text, LeafKind kind) =>
        _leaves.Add(new Leaf(Keep(path, text), path.Length, text.Length, kind, 0));

    void ILeafVisitor.Number(ReadOnlySpan<byte> path, double value) =>
        _leaves.Add(new Leaf(Keep(path, default), path.Length, 0, null, value));

    private ReadOnlySpan<byte> Path(Leaf leaf) => _bytes.AsSpan(leaf.Start, leaf.PathLength);

    private int Keep(ReadOnlySpan<byte> path, ReadOnlySpan<byte> text)
    {
        var start = _used;
        if (_bytes.Length < start + path.Length + text.Length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, start + path.Length + text.Length));
        path.CopyTo(_bytes.AsSpan(start));
        text.CopyTo(_bytes.AsSpan(start + path.Length));
        _used = start + path.Length + text.Length;
        return start;
    }

    /// <param name="Kind">Null for a number.</param>
    private readonly record struct Leaf(int Start, int PathLength, int TextLength, LeafKind? Kind, double Number);
}
