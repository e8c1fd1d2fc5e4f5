using System.ComponentModel.DataAnnotations;
using Analytics.Api.Auth;
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

    /// <summary>Rows the engine may read for one statement; 0 is any number. Default 0: bytes say more.</summary>
    [Range(0, long.MaxValue)]
    public long MaxRowsRead { get; set; }

    /// <summary>Bytes, uncompressed, the engine may read for one statement; 0 is any number. Default 200 GB.</summary>
    [Range(0, long.MaxValue)]
    public long MaxBytesRead { get; set; } = 200_000_000_000;

    /// <summary>Limits of the role <c>viewer</c> that differ from those above, e.g. <c>Query:Viewer:MaxRowsRead</c>. Default none.</summary>
    [ValidateObjectMembers]
    public RoleLimits Viewer { get; set; } = new();

    /// <summary>Limits of the role <c>analyst</c> that differ from those above. Default none.</summary>
    [ValidateObjectMembers]
    public RoleLimits Analyst { get; set; } = new();

    /// <summary>Limits of the role <c>admin</c> that differ from those above. Default none.</summary>
    [ValidateObjectMembers]
    public RoleLimits Admin { get; set; } = new();

    /// <summary>
    /// Statements that run in the engine at the same time; the others wait for their turn. Default 0: one per core of the engine, at least 2; where
    /// those are unknown two per core of this machine, at least 4.
    /// </summary>
    [Range(0, 10_000)]
    public int MaxConcurrent { get; set; }

    /// <summary>
    /// Cores of the engine's machine, which the statements that run share: alone a statement may use them all, beside others its part, at least
    /// one. Default 0: the engine decides. Standalone knows it.
    /// </summary>
    [Range(0, 1_024)]
    public int EngineCores { get; set; }

    /// <summary>Statements of one tenant that may wait for their turn; more are answered with 429. Default 1,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxQueuedPerTenant { get; set; } = 1_000;

    /// <summary>Statements that may wait for their turn in all; more are answered with 503. Default 4,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxQueued { get; set; } = 4_000;

    /// <summary>How long a statement may wait for its turn before it is answered with 503. Default 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan QueueDeadline { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>The limits of a role; of nobody in particular when there is none.</summary>
    internal QueryLimits Of(string? role) => role switch
    {
        Roles.Viewer => new(this, $"{Section}:{nameof(Viewer)}", Viewer),
        Roles.Analyst => new(this, $"{Section}:{nameof(Analyst)}", Analyst),
        Roles.Admin => new(this, $"{Section}:{nameof(Admin)}", Admin),
        _ => new(this),
    };

    /// <summary><see cref="MaxConcurrent"/> with its default filled in.</summary>
    internal int Places => (MaxConcurrent, EngineCores) switch
    {
        ( > 0, _) => MaxConcurrent,
        (_, > 0) => Math.Max(2, EngineCores),
        _ => Math.Max(4, 2 * Environment.ProcessorCount),
    };
}

[OptionsValidator]
internal sealed partial class QueryOptionsValidator : IValidateOptions<QueryOptions>;
