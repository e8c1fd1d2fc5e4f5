namespace Embedded.Kafka;

/// <summary>Settings of the broker; every one has an option of the same meaning on the command line.</summary>
public sealed record BrokerOptions
{
    /// <summary>Where everything is stored. One broker at a time may use it.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Address to listen on. There is no authentication: anything but loopback is for trusted networks.</summary>
    public string Bind { get; init; } = "127.0.0.1";

    /// <summary>Port to listen on; 0 picks a free one.</summary>
    public int Port { get; init; }

    /// <summary>Host that clients are told; null means the bound address.</summary>
    public string? AdvertisedHost { get; init; }

    /// <summary>Port that clients are told; null means the bound port.</summary>
    public int? AdvertisedPort { get; init; }

    /// <summary>Partitions of topics that are created by use or without a count.</summary>
    public int DefaultPartitions { get; init; } = 4;

    /// <summary>Whether asking for an unknown topic may create it.</summary>
    public bool AutoCreateTopics { get; init; } = true;

    /// <summary>How long records are kept at least, counted from the time they were written.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromHours(168);

    /// <summary>Bytes kept per partition; -1 means no limit.</summary>
    public long RetentionBytes { get; init; } = -1;

    /// <summary>Size at which a new segment begins, bytes.</summary>
    public int SegmentBytes { get; init; } = 128 * 1024 * 1024;

    /// <summary>How often retention is applied.</summary>
    public TimeSpan RetentionCheck { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>True: acknowledged means on disk. False: a sync every <see cref="SyncInterval"/>; power loss may take that much.</summary>
    public bool SyncBeforeAcknowledging { get; init; } = true;

    /// <summary>Distance of the syncs when they do not precede the acknowledgement.</summary>
    public TimeSpan SyncInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Threads that run syncs.</summary>
    public int SyncThreads { get; init; } = 4;

    /// <summary>How long the first member of an empty group waits for others.</summary>
    public TimeSpan InitialRebalanceDelay { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long an idle idempotent producer is remembered.</summary>
    public TimeSpan ProducerExpiry { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Connections open at one time.</summary>
    public int MaxConnections { get; init; } = 1000;

    /// <summary>Largest request, bytes.</summary>
    public int MaxFrameBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>Largest record batch, bytes; a topic may set its own max.message.bytes.</summary>
    public int MaxMessageBytes { get; init; } = 10 * 1024 * 1024;

    /// <summary>Largest answer to one fetch, bytes (one batch may exceed it).</summary>
    public int MaxFetchBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>Bytes of large requests and fetch answers in memory at one time; further ones wait.</summary>
    public long MaxBufferBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Partitions of all topics together.</summary>
    public int MaxPartitions { get; init; } = 4000;

    /// <summary>A connection without requests for so long is closed.</summary>
    public TimeSpan IdleConnection { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>A request that began must arrive, and an answer be taken, within this time.</summary>
    public TimeSpan TransferTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
