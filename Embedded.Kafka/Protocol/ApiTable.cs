using System.Collections.Frozen;

namespace Embedded.Kafka.Protocol;

/// <summary>The table of contents of the protocol: each API, the versions offered and its handler. Only non-flexible versions are offered.</summary>
internal static class ApiTable
{
    public delegate ValueTask<ResponseWriter?> Handler(Request request, BrokerServices broker);

    /// <param name="Api">The API.</param>
    /// <param name="Min">Lowest version.</param>
    /// <param name="Max">Highest version.</param>
    /// <param name="Handle">The handler.</param>
    public sealed record Entry(KafkaApi Api, short Min, short Max, Handler Handle);

    public static IReadOnlyList<Entry> All { get; } =
    [
        new(KafkaApi.Produce, 3, 8, ProduceApi.Handle),
        new(KafkaApi.Fetch, 4, 11, FetchApi.Handle),
        new(KafkaApi.ListOffsets, 1, 5, ListOffsetsApi.Handle),
        new(KafkaApi.Metadata, 1, 8, MetadataApi.Handle),
        new(KafkaApi.OffsetCommit, 2, 7, OffsetCommitApi.Handle),
        new(KafkaApi.OffsetFetch, 1, 5, OffsetFetchApi.Handle),
        new(KafkaApi.FindCoordinator, 0, 2, FindCoordinatorApi.Handle),
        new(KafkaApi.JoinGroup, 0, 5, JoinGroupApi.Handle),
        new(KafkaApi.Heartbeat, 0, 3, HeartbeatApi.Handle),
        new(KafkaApi.LeaveGroup, 0, 2, LeaveGroupApi.Handle),
        new(KafkaApi.SyncGroup, 0, 3, SyncGroupApi.Handle),
        new(KafkaApi.DescribeGroups, 0, 4, DescribeGroupsApi.Handle),
        new(KafkaApi.ListGroups, 0, 2, ListGroupsApi.Handle),
        new(KafkaApi.ApiVersions, 0, 2, ApiVersionsApi.Handle),
        new(KafkaApi.CreateTopics, 0, 4, CreateTopicsApi.Handle),
        new(KafkaApi.DeleteTopics, 0, 3, DeleteTopicsApi.Handle),
        new(KafkaApi.DeleteRecords, 0, 1, DeleteRecordsApi.Handle),
        new(KafkaApi.InitProducerId, 0, 1, InitProducerIdApi.Handle),
        new(KafkaApi.DescribeConfigs, 0, 3, DescribeConfigsApi.Handle),
        new(KafkaApi.AlterConfigs, 0, 1, AlterConfigsApi.Handle),
        new(KafkaApi.CreatePartitions, 0, 1, CreatePartitionsApi.Handle),
        new(KafkaApi.DeleteGroups, 0, 1, DeleteGroupsApi.Handle),
        new(KafkaApi.IncrementalAlterConfigs, 0, 0, AlterConfigsApi.HandleIncremental),
        new(KafkaApi.OffsetDelete, 0, 0, OffsetDeleteApi.Handle),
    ];

    private static readonly FrozenDictionary<KafkaApi, Entry> ByApi = All.ToFrozenDictionary(e => e.Api);

    public static Entry? Find(KafkaApi api) => ByApi.GetValueOrDefault(api);
}
