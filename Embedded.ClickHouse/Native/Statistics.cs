namespace Embedded.ClickHouse.Native;

/// <summary>What a statement read, answered and wrote.</summary>
internal readonly record struct Statistics(
    ulong ReadRows, ulong ReadBytes, ulong ResultRows, ulong ResultBytes, ulong WrittenRows, ulong WrittenBytes)
{
    public static Statistics operator +(Statistics a, Statistics b) => new(
        Math.Max(a.ReadRows, b.ReadRows), Math.Max(a.ReadBytes, b.ReadBytes),
        a.ResultRows + b.ResultRows, a.ResultBytes + b.ResultBytes,
        Math.Max(a.WrittenRows, b.WrittenRows), Math.Max(a.WrittenBytes, b.WrittenBytes));
}
