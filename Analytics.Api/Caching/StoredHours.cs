using System.Buffers.Binary;
using Analytics.Api.Query.Language;

namespace Analytics.Api.Caching;

/// <summary>Names a set of stored events: equal versions of the same hours mean the same events, but for one chance in 2^64.</summary>
internal readonly record struct DataVersion(long Events, ulong Fingerprint);

/// <summary>What a tenant had stored at one moment, by UTC hour of the events' own time.</summary>
/// <remarks>
/// Hour 0 (of 1970) is part of every version: something written there makes every cached answer of the tenant outdated at once, which is
/// how caches of all processes are cleared.
/// </remarks>
internal sealed class StoredHours
{
    public const long Hour = 3_600;
    public static readonly StoredHours Nothing = new([]);

    private readonly long[] _hours;
    private readonly DataVersion[] _before; // sums of all hours before the one of the same index

    /// <param name="hours">Ascending.</param>
    public StoredHours(IReadOnlyList<(long Hour, DataVersion Version)> hours)
    {
        _hours = new long[hours.Count];
        _before = new DataVersion[hours.Count + 1];
        for (var i = 0; i < hours.Count; i++)
        {
            _hours[i] = hours[i].Hour;
            _before[i + 1] = new(_before[i].Events + hours[i].Version.Events, unchecked(_before[i].Fingerprint + hours[i].Version.Fingerprint));
        }
    }

    /// <summary>The version of all events whose hour the range touches.</summary>
    public DataVersion Of(ResolvedRange range)
    {
        var (from, to) = Touched(range);
        var generation = Between(0, Hour);
        var inside = Between(from, to);
        return new(generation.Events + inside.Events, unchecked(generation.Fingerprint + inside.Fingerprint));
    }

    /// <summary>Unix seconds of the first hour and of the end of the last one.</summary>
    public static (long From, long To) Touched(ResolvedRange range)
    {
        var (from, to) = (range.FromMs / 1000, (range.ToMs + 999) / 1000);
        return (from - (from % Hour), to + ((Hour - (to % Hour)) % Hour));
    }

    /// <summary>Reads the rows of <see cref="VersionSql"/> in RowBinary.</summary>
    public static Dictionary<string, StoredHours> Read(ReadOnlySpan<byte> rows, IReadOnlyList<string> tenants)
    {
        const int width = 4 + 8 + 8 + 8;
        var lists = tenants.ToDictionary(tenant => tenant, _ => new List<(long, DataVersion)>(), StringComparer.Ordinal);
        for (; rows.Length >= width; rows = rows[width..])
            lists[tenants[(int)BinaryPrimitives.ReadUInt32LittleEndian(rows)]].Add((
                BinaryPrimitives.ReadInt64LittleEndian(rows[4..]),
                new(BinaryPrimitives.ReadInt64LittleEndian(rows[12..]), BinaryPrimitives.ReadUInt64LittleEndian(rows[20..]))));
        return lists.ToDictionary(list => list.Key, list => new StoredHours(list.Value), StringComparer.Ordinal);
    }

    private DataVersion Between(long from, long to)
    {
        var (first, end) = (_before[IndexOf(from)], _before[IndexOf(to)]);
        return new(end.Events - first.Events, unchecked(end.Fingerprint - first.Fingerprint));
    }

    private int IndexOf(long hour) => Array.BinarySearch(_hours, hour) is >= 0 and var found ? found : ~Array.BinarySearch(_hours, hour);
}
