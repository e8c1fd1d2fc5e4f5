namespace Analytics.Contracts;

/// <summary>Where an unescaped string lies: in the event's own bytes, or (if it had escapes) in the reader's scratch buffer.</summary>
internal readonly record struct Text(int Start, int Length, bool InScratch)
{
    public ReadOnlySpan<byte> In(ReadOnlySpan<byte> json, ReadOnlySpan<byte> scratch) =>
        (InScratch ? scratch : json).Slice(Start, Length);
}
