using System.Collections.Concurrent;
using Embedded.Kafka.Protocol;
using Microsoft.Extensions.Logging;

namespace Embedded.Kafka.Groups;

/// <summary>All consumer groups. Membership lives in memory, as clients rejoin after a restart; positions live in <see cref="OffsetStore"/>.</summary>
internal sealed partial class GroupCoordinator(OffsetStore offsets, TimeSpan initialDelay, TimeProvider time, ILogger logger)
{
    private readonly ConcurrentDictionary<string, ConsumerGroup> _groups = new(StringComparer.Ordinal);
    private readonly ILogger _logger = logger;

    public OffsetStore Offsets { get; } = offsets;

    public async Task<JoinResult> JoinAsync(JoinRequest request, CancellationToken cancel)
    {
        if (request.Group.Length == 0) return JoinResult.Refused(KafkaError.InvalidGroupId, request.MemberId);
        if (request.SessionTimeout < TimeSpan.FromMilliseconds(100) || request.SessionTimeout > TimeSpan.FromMinutes(30))
            return JoinResult.Refused(KafkaError.InvalidSessionTimeout, request.MemberId);
        ConsumerGroup group;
        Task<JoinResult> pending;
        string memberId;
        do
        {
            // The sweep may end an empty group between these two lines; then the next look-up makes a new one.
            group = _groups.GetOrAdd(request.Group, id => new ConsumerGroup(id, initialDelay, time));
            pending = group.Join(request, out memberId);
        }
        while (group.IsDead && request.MemberId.Length == 0 && pending.IsCompleted);
        using var registration = cancel.Register(() => group.Abandon(memberId));
        var result = await pending;
        if (result.Error == KafkaError.None) LogJoined(request.Group, memberId, result.Generation, result.Leader == memberId);
        return result;
    }

    public async Task<SyncResult> SyncAsync(
        string groupId, string memberId, int generation, string? instanceId, IReadOnlyList<(string, byte[])> assignments, CancellationToken cancel)
    {
        if (!_groups.TryGetValue(groupId, out var group)) return SyncResult.Refused(KafkaError.UnknownMemberId);
        var pending = group.Sync(memberId, generation, instanceId, assignments);
        using var registration = cancel.Register(() => group.Abandon(memberId));
        return await pending;
    }

    public KafkaError Heartbeat(string groupId, string memberId, int generation, string? instanceId) =>
        _groups.TryGetValue(groupId, out var group) ? group.Heartbeat(memberId, generation, instanceId) : KafkaError.UnknownMemberId;

    public KafkaError Leave(string groupId, string memberId)
    {
        if (!_groups.TryGetValue(groupId, out var group)) return KafkaError.UnknownMemberId;
        var error = group.Leave(memberId);
        if (error == KafkaError.None) LogLeft(groupId, memberId);
        return error;
    }

    /// <summary>Stores the positions if the member may; completes when they are on disk.</summary>
    public async Task<KafkaError> CommitAsync(
        string groupId, string memberId, int generation, string? instanceId, IReadOnlyList<Committed> positions)
    {
        if (groupId.Length == 0) return KafkaError.InvalidGroupId;
        if (!_groups.TryGetValue(groupId, out var group))
        {
            if (generation >= 0 || memberId.Length > 0) return KafkaError.UnknownMemberId;
            group = _groups.GetOrAdd(groupId, id => new ConsumerGroup(id, initialDelay, time));
        }
        var refusal = KafkaError.None;
        var stored = await StoreAsync(groupId, () =>
        {
            var durable = Task.CompletedTask;
            refusal = group.WhenMayCommit(memberId, generation, instanceId, () =>
            {
                if (positions.Count > 0) durable = Offsets.Commit(groupId, positions);
            });
            return durable;
        });
        return refusal != KafkaError.None ? refusal : stored;
    }

    private async Task<KafkaError> StoreAsync(string groupId, Func<Task> store)
    {
        try
        {
            await store();
            return KafkaError.None;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            LogCommitFailed(groupId, e.Message);
            return KafkaError.KafkaStorageError;
        }
    }

    public GroupDescription Describe(string groupId)
    {
        if (_groups.TryGetValue(groupId, out var group)) return group.Describe();
        var state = Offsets.Of(groupId).Count > 0 ? GroupState.Empty : GroupState.Dead;
        return new GroupDescription(KafkaError.None, groupId, state.ToString(), "", "", []);
    }

    public IReadOnlyList<(string Group, string ProtocolType)> List() =>
        [.. _groups.Keys.Concat(Offsets.Groups()).Distinct().Select(g => (g, _groups.TryGetValue(g, out var group) ? group.ProtocolType : ""))];

    public async Task<KafkaError> DeleteAsync(string groupId)
    {
        if (_groups.TryGetValue(groupId, out var group))
        {
            if (!group.TryKill()) return KafkaError.NonEmptyGroup;
            _groups.TryRemove(KeyValuePair.Create(groupId, group));
        }
        else if (!Offsets.Groups().Contains(groupId))
        {
            return KafkaError.GroupIdNotFound;
        }
        return await StoreAsync(groupId, () => Offsets.DeleteGroup(groupId));
    }

    public Task<KafkaError> ForgetTopicAsync(string topic) => StoreAsync("(all)", () => Offsets.DeleteTopic(topic));

    public Task<KafkaError> DeletePositionsAsync(string groupId, IEnumerable<(string Topic, int Partition)> which) =>
        StoreAsync(groupId, () => Offsets.DeletePositions(groupId, which));

    public bool IsEmpty(string groupId) => !_groups.TryGetValue(groupId, out var group) || group.IsEmpty;

    /// <summary>Called every 200 ms.</summary>
    public void Sweep()
    {
        foreach (var (id, group) in _groups)
        {
            foreach (var member in group.ExpireSilentMembers()) LogExpired(id, member);
            // A group without members and positions is nothing to remember.
            if (group.IsEmpty && Offsets.Of(id).Count == 0 && group.TryKill()) _groups.TryRemove(KeyValuePair.Create(id, group));
        }
    }

    [LoggerMessage(LogLevel.Information, "Member {Member} joined group {Group}, generation {Generation}, leader: {Leads}")]
    private partial void LogJoined(string group, string member, int generation, bool leads);

    [LoggerMessage(LogLevel.Information, "Member {Member} left group {Group}")]
    private partial void LogLeft(string group, string member);

    [LoggerMessage(LogLevel.Warning, "Member {Member} of group {Group} was silent for its session time-out and was removed")]
    private partial void LogExpired(string group, string member);

    [LoggerMessage(LogLevel.Error, "Could not store offsets of group {Group}: {Reason}")]
    private partial void LogCommitFailed(string group, string reason);
}
