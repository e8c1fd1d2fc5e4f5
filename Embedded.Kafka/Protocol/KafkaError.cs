namespace Embedded.Kafka.Protocol;

/// <summary>Error codes of the Kafka protocol, by their wire numbers.</summary>
public enum KafkaError : short
{
    /// <summary>An error without a code of its own.</summary>
    UnknownServerError = -1,
    /// <summary>No error.</summary>
    None = 0,
    /// <summary>The offset is outside the log.</summary>
    OffsetOutOfRange = 1,
    /// <summary>Checksum or length of a batch is wrong.</summary>
    CorruptMessage = 2,
    /// <summary>No such topic or partition.</summary>
    UnknownTopicOrPartition = 3,
    /// <summary>No leader at present.</summary>
    LeaderNotAvailable = 5,
    /// <summary>Another broker leads the partition.</summary>
    NotLeaderOrFollower = 6,
    /// <summary>Timed out.</summary>
    RequestTimedOut = 7,
    /// <summary>The batch is larger than the topic allows.</summary>
    MessageTooLarge = 10,
    /// <summary>The commit metadata is too long.</summary>
    OffsetMetadataTooLarge = 12,
    /// <summary>The coordinator is loading.</summary>
    CoordinatorLoadInProgress = 14,
    /// <summary>The coordinator is away.</summary>
    CoordinatorNotAvailable = 15,
    /// <summary>Another broker coordinates the group.</summary>
    NotCoordinator = 16,
    /// <summary>The topic name is not allowed.</summary>
    InvalidTopic = 17,
    /// <summary>Too few replicas.</summary>
    NotEnoughReplicas = 19,
    /// <summary>acks is none of -1, 0, 1.</summary>
    InvalidRequiredAcks = 21,
    /// <summary>The generation is not the group's present one.</summary>
    IllegalGeneration = 22,
    /// <summary>The members share no assignor.</summary>
    InconsistentGroupProtocol = 23,
    /// <summary>The group id is empty.</summary>
    InvalidGroupId = 24,
    /// <summary>The member is not in the group.</summary>
    UnknownMemberId = 25,
    /// <summary>The session time-out is outside the limits.</summary>
    InvalidSessionTimeout = 26,
    /// <summary>The group is rebalancing.</summary>
    RebalanceInProgress = 27,
    /// <summary>Not supported in this version.</summary>
    UnsupportedVersion = 35,
    /// <summary>The topic exists.</summary>
    TopicAlreadyExists = 36,
    /// <summary>The partition count is not allowed.</summary>
    InvalidPartitions = 37,
    /// <summary>The replication factor is not 1.</summary>
    InvalidReplicationFactor = 38,
    /// <summary>A manual replica assignment is not possible here.</summary>
    InvalidReplicaAssignment = 39,
    /// <summary>A setting is unknown or has a bad value.</summary>
    InvalidConfig = 40,
    /// <summary>The request makes no sense.</summary>
    InvalidRequest = 42,
    /// <summary>A limit of this broker forbids it.</summary>
    PolicyViolation = 44,
    /// <summary>A sequence number is missing before this batch.</summary>
    OutOfOrderSequenceNumber = 45,
    /// <summary>The batch was stored before; its offset is no longer known.</summary>
    DuplicateSequenceNumber = 46,
    /// <summary>A newer epoch of this producer id exists.</summary>
    InvalidProducerEpoch = 47,
    /// <summary>Transactions are not available.</summary>
    TransactionalIdAuthorizationFailed = 53,
    /// <summary>The disk refused.</summary>
    KafkaStorageError = 56,
    /// <summary>The group still has members.</summary>
    NonEmptyGroup = 68,
    /// <summary>No such group.</summary>
    GroupIdNotFound = 69,
    /// <summary>The static member was replaced by another one.</summary>
    FencedInstanceId = 82,
    /// <summary>The group still reads this topic.</summary>
    GroupSubscribedToTopic = 86,
    /// <summary>The batch breaks the format's rules.</summary>
    InvalidRecord = 87,
}
