namespace Embedded.Kafka.Log;

/// <summary>Arithmetic of producer sequence numbers: 31 bits that wrap from int.MaxValue to 0.</summary>
internal static class Sequence
{
    public static int Add(int sequence, int by) => (int)(((long)sequence + by) & int.MaxValue);

    /// <summary>True when <paramref name="a"/> comes before <paramref name="b"/> by less than half the circle.</summary>
    public static bool Before(int a, int b) => a != b && ((b - (long)a) & int.MaxValue) < 1L << 30;
}
