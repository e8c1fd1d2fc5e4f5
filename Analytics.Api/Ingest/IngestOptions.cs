using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Analytics.Api.Ingest;

/// <summary>Limits of <c>POST /api/v1/events</c>.</summary>
internal sealed class IngestOptions
{
    public const string Section = "Ingest";

    /// <summary>Largest body as sent, compressed or not. Bytes, default 64 MiB.</summary>
    [Range(1024, 1 << 30)]
    public int MaxBodyBytes { get; set; } = 64 << 20;

    /// <summary>Largest body once decompressed. Bytes, default 90 MiB.</summary>
    [Range(1024, 1 << 30)]
    public int MaxDecompressedBytes { get; set; } = 90 << 20;

    /// <summary>Memory that all requests together may hold, from the first byte read to the acknowledgement. Bytes, default 256 MiB.</summary>
    [Range(1 << 20, 1L << 40)]
    public long MaxInFlightBytes { get; set; } = 256L << 20;

    /// <summary>Most events of one request. Default 500,000.</summary>
    [Range(1, 10_000_000)]
    public int MaxEventsPerRequest { get; set; } = 500_000;

    /// <summary>Most refused events an answer lists; it always counts all of them. Default 1,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxRejectedListed { get; set; } = 1_000;

    /// <summary>How long the broker may take to acknowledge a record before the request fails. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan ProduceTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long records wait for company before they are sent: throughput against latency. Default 2 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:01")]
    public TimeSpan Linger { get; set; } = TimeSpan.FromMilliseconds(2);

    /// <summary>Bytes that may wait for the broker; beyond that requests wait for room. Default 128 MiB.</summary>
    [Range(1 << 20, 1 << 30)]
    public int MaxQueuedBytes { get; set; } = 128 << 20;

    /// <summary>What <c>Retry-After</c> says when there is no room or no broker. Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Longest wait a client can ask for with <c>Prefer: wait</c>. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromSeconds(30);
}

[OptionsValidator]
internal sealed partial class IngestOptionsValidator : IValidateOptions<IngestOptions>;
