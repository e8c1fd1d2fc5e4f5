using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace Analytics.Api.Query;

/// <summary>Limits of one role that differ from those of everybody, e.g. <c>Query:Viewer:MaxRowsRead</c>; what is null does not.</summary>
internal sealed class RoleLimits
{
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan? Deadline { get; set; }

    [Range(16_000_000, 1_000_000_000_000)]
    public long? MaxMemoryBytes { get; set; }

    [Range(1_000, 10_000_000)]
    public int? MaxResultRows { get; set; }

    [Range(0, long.MaxValue)]
    public long? MaxRowsRead { get; set; }

    [Range(0, long.MaxValue)]
    public long? MaxBytesRead { get; set; }
}

/// <summary>A limit that a statement reached: the option that sets it, and its value.</summary>
internal sealed record QueryLimit(string Option, string Value);

/// <summary>What one statement of a role may cost.</summary>
/// <param name="Section">Of the role, e.g. <c>Query:Viewer</c>; null for nobody in particular.</param>
internal sealed record QueryLimits(QueryOptions Common, string? Section = null, RoleLimits? Own = null)
{
    public TimeSpan Deadline => Own?.Deadline ?? Common.Deadline;

    public int MaxResultBytes => Common.MaxResultBytes;

    /// <summary>As settings of the engine, for the URL.</summary>
    public string Settings { get; } = string.Create(
        CultureInfo.InvariantCulture,
        $"&max_execution_time={(Own?.Deadline ?? Common.Deadline).TotalSeconds:0.###}"
        + $"&max_memory_usage={Own?.MaxMemoryBytes ?? Common.MaxMemoryBytes}"
        + $"&max_result_rows={Own?.MaxResultRows ?? Common.MaxResultRows}&result_overflow_mode=throw"
        + $"&max_rows_to_read={Own?.MaxRowsRead ?? Common.MaxRowsRead}"
        + $"&max_bytes_to_read={Own?.MaxBytesRead ?? Common.MaxBytesRead}&read_overflow_mode=throw");

    /// <summary>The option of that name, where it is set, with its value.</summary>
    public QueryLimit? Find(string? option) => option switch
    {
        nameof(RoleLimits.Deadline) => Limit(option, Own?.Deadline, Common.Deadline),
        nameof(RoleLimits.MaxMemoryBytes) => Limit(option, Own?.MaxMemoryBytes, Common.MaxMemoryBytes),
        nameof(RoleLimits.MaxResultRows) => Limit(option, Own?.MaxResultRows, Common.MaxResultRows),
        nameof(RoleLimits.MaxRowsRead) => Limit(option, Own?.MaxRowsRead, Common.MaxRowsRead),
        nameof(RoleLimits.MaxBytesRead) => Limit(option, Own?.MaxBytesRead, Common.MaxBytesRead),
        nameof(QueryOptions.MaxResultBytes) => Limit<int>(option, null, Common.MaxResultBytes),
        _ => null,
    };

    private QueryLimit Limit<T>(string option, T? own, T common)
        where T : struct =>
        new($"{(own is null ? QueryOptions.Section : Section)}:{option}", string.Create(CultureInfo.InvariantCulture, $"{own ?? common:#,0}"));

    private QueryLimit Limit(string option, TimeSpan? own, TimeSpan common) =>
        new($"{(own is null ? QueryOptions.Section : Section)}:{option}", string.Create(CultureInfo.InvariantCulture, $"{(own ?? common).TotalSeconds:0.###} s"));
}
