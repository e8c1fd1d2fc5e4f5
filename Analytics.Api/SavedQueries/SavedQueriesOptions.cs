using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Analytics.Api.SavedQueries;

/// <summary>How much one tenant may keep.</summary>
internal sealed class SavedQueriesOptions
{
    public const string Section = "SavedQueries";

    /// <summary>Saved queries of one tenant. Default 1,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxPerTenant { get; set; } = 1_000;

    /// <summary>Versions kept of one saved query; the oldest go first. Default 100.</summary>
    [Range(1, 10_000)]
    public int MaxVersions { get; set; } = 100;

    /// <summary>Bytes of all versions of one tenant's saved queries. Default 64 MiB.</summary>
    [Range(1024, 1L << 40)]
    public long MaxBytesPerTenant { get; set; } = 64L << 20;
}

[OptionsValidator]
internal sealed partial class SavedQueriesOptionsValidator : IValidateOptions<SavedQueriesOptions>;
