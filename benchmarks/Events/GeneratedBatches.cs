using System.Buffers.Binary;
using System.Text;

namespace Benchmarks.Events;

/// <summary>
/// An endless source: a pool of batches made once, of which each request gets a copy with fresh ids and times. Copying 150 kB and writing
/// 500 ids takes microseconds, so the generator hardly uses the CPU that the product is to be measured with.
/// </summary>
internal sealed class GeneratedBatches : IBatchSource
{
    private const int PoolEvents = 32_000;

    private readonly Template[] _pool;
    private readonly TimeProvider _clock;
    private readonly ulong _run;
    private long _taken;

    public GeneratedBatches(int seed, int size, TimeProvider clock)
    {
        var shapes = new EventShapes(seed);
        _pool = Enumerable.Range(0, Math.Max(1, PoolEvents / size)).Select(_ => Template.Of(shapes, size)).ToArray();
        _clock = clock;
        _run = BinaryPrimitives.ReadUInt64LittleEndian(Guid.NewGuid().ToByteArray()); // ids differ from those of any other run
    }

    /// <summary>Mean size of an event, its line end included.</summary>
    public double EventBytes => _pool.Sum(template => (double)template.Bytes.Length) / _pool.Sum(template => template.Places.Length);

    public bool TryNext(BatchBody body)
    {
        var number = Interlocked.Increment(ref _taken) - 1;
        var template = _pool[number % _pool.Length];
        body.Clear();
        body.Events = template.Places.Length;
        var bytes = body.Append(template.Bytes.Length);
        template.Bytes.CopyTo(bytes);

        var now = _clock.GetUtcNow();
        var id = _run + ((ulong)number * (ulong)template.Places.Length * 2);
        foreach (var place in template.Places)
        {
            Stamp.Id(bytes[place.Id..], Mixed(id++), Mixed(id++));
            Stamp.Time(bytes[place.Time..], now - place.Late);
        }

        return true;
    }

    /// <summary>SplitMix64: a counter becomes what looks like chance, and two counters never become the same.</summary>
    private static ulong Mixed(ulong x)
    {
        x *= 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }

    private readonly record struct Place(int Id, int Time, TimeSpan Late);

    private sealed record Template(byte[] Bytes, Place[] Places)
    {
        public static Template Of(EventShapes shapes, int size)
        {
            var text = new StringBuilder();
            var places = new Place[size];
            for (var i = 0; i < size; i++)
            {
                var (line, late) = shapes.Next();
                places[i] = new Place(
                    text.Length + line.IndexOf(EventShapes.IdPlace, StringComparison.Ordinal),
                    text.Length + line.IndexOf(EventShapes.TimePlace, StringComparison.Ordinal),
                    late);
                text.Append(line).Append('\n');
            }

            return new Template(Encoding.ASCII.GetBytes(text.ToString()), places);
        }
    }
}
