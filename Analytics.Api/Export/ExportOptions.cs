using System.ComponentModel.DataAnnotations;
using Analytics.Api.Query;
using Microsoft.Extensions.Options;

namespace Analytics.Api.Export;

/// <summary>What exports may cost. Section <c>Export</c>.</summary>
internal sealed class ExportOptions
{
    public const string Section = "Export";

    /// <summary>How long one export may take, its client's pace included. Default 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "2.00:00:00")]
    public TimeSpan Deadline { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Exports of one tenant at the same time, per API process. Default 2.</summary>
    [Range(1, 1_000)]
    public int MaxPerTenant { get; set; } = 2;

    /// <summary>Exports at the same time, per API process. Default 8.</summary>
    [Range(1, 10_000)]
    public int MaxConcurrent { get; set; } = 8;

    /// <summary>Memory the engine may use for one export, in bytes. Default 512 MB.</summary>
    [Range(64_000_000, 1_000_000_000_000)]
    public long MaxMemoryBytes { get; set; } = 512_000_000;

    /// <summary>Threads the engine may use for one export. Default 2.</summary>
    [Range(1, 256)]
    public int MaxThreads { get; set; } = 2;

    /// <summary>How long the receipt of an export can be had. Default 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "7.00:00:00")]
    public TimeSpan ReceiptLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Receipts that are kept; of more, the oldest go. Default 10,000.</summary>
    [Range(10, 1_000_000)]
    public int MaxReceipts { get; set; } = 10_000;

    internal StreamBudget Budget => new(Deadline, MaxMemoryBytes, MaxThreads);
}

[OptionsValidator]
internal sealed partial class ExportOptionsValidator : IValidateOptions<ExportOptions>;
