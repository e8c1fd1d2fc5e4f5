namespace Embedded.Kafka.Protocol;

/// <summary>The request kinds of the Kafka protocol that this broker knows, by their wire numbers.</summary>
public enum KafkaApi : short
{
    /// <summary>Append record batches.</summary>
    Produce = 0,
    /// <summary>Read record batches.</summary>
    Fetch = 1,
    /// <summary>First, last or by-time offsets.</summary>
    ListOffsets = 2,
    /// <summary>Brokers, topics and partitions.</summary>
    Metadata = 3,
    /// <summary>Store a consumer group's positions.</summary>
    OffsetCommit = 8,
    /// <summary>Read a consumer group's positions.</summary>
    OffsetFetch = 9,
    /// <summary>Which broker coordinates a group.</summary>
    FindCoordinator = 10,
    /// <summary>Enter a consumer group.</summary>
    JoinGroup = 11,
    /// <summary>A member is alive.</summary>
    Heartbeat = 12,
    /// <summary>Leave a consumer group.</summary>
    LeaveGroup = 13,
    /// <summary>Hand out or fetch the assignment of a generation.</summary>
    SyncGroup = 14,
    /// <summary>State and members of groups.</summary>
    DescribeGroups = 15,
    /// <summary>All groups.</summary>
    ListGroups = 16,
    /// <summary>Which requests the broker understands.</summary>
    ApiVersions = 18,
    /// <summary>Create topics.</summary>
    CreateTopics = 19,
    /// <summary>Delete topics with their data.</summary>
    DeleteTopics = 20,
    /// <summary>Drop records below an offset.</summary>
    DeleteRecords = 21,
    /// <summary>Get a producer id for idempotent writes.</summary>
    InitProducerId = 22,
    /// <summary>Read topic and broker settings.</summary>
    DescribeConfigs = 32,
    /// <summary>Replace a topic's settings.</summary>
    AlterConfigs = 33,
    /// <summary>Add partitions to a topic.</summary>
    CreatePartitions = 37,
    /// <summary>Delete groups and their offsets.</summary>
    DeleteGroups = 42,
    /// <summary>Change some of a topic's settings.</summary>
    IncrementalAlterConfigs = 44,
    /// <summary>Delete some offsets of a group.</summary>
    OffsetDelete = 47,
}
