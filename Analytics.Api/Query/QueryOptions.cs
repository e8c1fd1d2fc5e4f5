using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Analytics.Api.Query;

/// <summary>What one query may cost. Section <c>Query</c>.</summary>
internal sealed class QueryOptions
{
    public const string Section = "Query";

    /// <summary>How long the engine may work on one statement. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan Deadline { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Memory the engine may use for one statement, in bytes. Default 1 GB.</summary>
    [Range(16_000_000, 1_000_000_000_000)]
    public long MaxMemoryBytes { get; set; } = 1_000_000_000;

    /// <summary>Rows one statement may return. Default 200,000.</summary>
    [Range(1_000, 10_000_000)]
    public int MaxResultRows { get; set; } = 200_000;

    /// <summary>Bytes of one statement's result that the API keeps in memory. Default 64 MiB.</summary>
    [Range(1_048_576, 1_073_741_824)]
    public int MaxResultBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Connections to the engine that queries may use at the same time. Default 64.</summary>
    [Range(1, 10_000)]
    public int MaxConnections { get; set; } = 64;
}

[OptionsValidator]
internal sealed partial class QueryOptionsValidator : IValidateOptions<QueryOptions>;
