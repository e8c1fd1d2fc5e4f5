using Embedded.Kafka.Protocol;

namespace Embedded.Kafka.Groups;

internal enum GroupState
{
    Empty,
    PreparingRebalance,
    CompletingRebalance,
    Stable,
    Dead,
}

/// <summary>
/// One consumer group of the classic protocol: who is in it, which generation, and who waits for what.
/// This part holds the questions and single-member steps; the rebalance itself is in the other part.
/// </summary>
internal sealed partial class ConsumerGroup(string id, TimeSpan initialDelay, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, GroupMember> _members = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _instances = new(StringComparer.Ordinal);
    private GroupState _state = GroupState.Empty;
    private int _generation;
    private string _protocolType = "";
    private string? _protocol;
    private string? _leader;

    public string Id { get; } = id;

    public bool IsEmpty { get { lock (_gate) return _state is GroupState.Empty or GroupState.Dead; } }

    public bool IsDead { get { lock (_gate) return _state is GroupState.Dead; } }

    public string ProtocolType { get { lock (_gate) return _protocolType; } }

    public KafkaError Heartbeat(string memberId, int generation, string? instanceId)
    {
        lock (_gate)
        {
            var error = Check(memberId, generation, instanceId);
            if (error != KafkaError.None) return error;
            _members[memberId].LastSeen = time.GetUtcNow();
            return _state == GroupState.PreparingRebalance ? KafkaError.RebalanceInProgress : KafkaError.None;
        }
    }

    public KafkaError Leave(string memberId)
    {
        lock (_gate)
        {
            if (!_members.TryGetValue(memberId, out var member)) return KafkaError.UnknownMemberId;
            Remove(member);
            return KafkaError.None;
        }
    }

    /// <summary>Runs the commit under the group's lock when the member is allowed to: nobody can be fenced off between check and commit.</summary>
    public KafkaError WhenMayCommit(string memberId, int generation, string? instanceId, Action commit)
    {
        lock (_gate)
        {
            var isOutsider = generation < 0 && memberId.Length == 0;
            if (_state == GroupState.Dead && !isOutsider) return KafkaError.UnknownMemberId;
            if (isOutsider)
            {
                if (_members.Count > 0) return KafkaError.UnknownMemberId;
            }
            else
            {
                var error = Check(memberId, generation, instanceId);
                if (error != KafkaError.None) return error;
                if (_state == GroupState.CompletingRebalance) return KafkaError.RebalanceInProgress;
                _members[memberId].LastSeen = time.GetUtcNow();
            }
            commit();
            return KafkaError.None;
        }
    }

    public GroupDescription Describe()
    {
        lock (_gate)
        {
            var known = _state is GroupState.Stable;
            var members = _members.Values.Select(m => new DescribedMember(
                m.Id, m.InstanceId, m.ClientId, m.ClientHost, m.MetadataFor(_protocol), known ? m.Assignment : []));
            return new GroupDescription(KafkaError.None, Id, _state.ToString(), _protocolType, known ? _protocol ?? "" : "", [.. members]);
        }
    }

    /// <summary>Ends the group if it has no members; it then accepts nothing any more.</summary>
    public bool TryKill()
    {
        lock (_gate)
        {
            if (_members.Count > 0) return false;
            _state = GroupState.Dead;
            _rebalanceTimer?.Dispose();
            return true;
        }
    }

    /// <summary>Drops members that were silent for longer than their session; waiting in a join or a sync is a sign of life.</summary>
    public IReadOnlyList<string> ExpireSilentMembers()
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            var silent = _members.Values.Where(m => m.PendingJoin is null && m.PendingSync is null && now - m.LastSeen > m.SessionTimeout).ToList();
            foreach (var member in silent) Remove(member);
            return [.. silent.Select(m => m.Id)];
        }
    }

    /// <summary>The connection of a waiting member broke. It may come back under its id until its session ends, if it was ever told one.</summary>
    public void Abandon(string memberId)
    {
        lock (_gate)
        {
            if (!_members.TryGetValue(memberId, out var member)) return;
            member.PendingJoin?.TrySetResult(JoinResult.Refused(KafkaError.UnknownMemberId, memberId));
            member.PendingSync?.TrySetResult(SyncResult.Refused(KafkaError.RebalanceInProgress));
            member.PendingJoin = null;
            member.PendingSync = null;
            if (!member.KnowsItsId) Remove(member);
        }
    }

    private KafkaError Check(string memberId, int generation, string? instanceId)
    {
        if (instanceId is not null)
        {
            if (!_instances.TryGetValue(instanceId, out var current)) return KafkaError.UnknownMemberId;
            if (current != memberId) return KafkaError.FencedInstanceId;
        }
        if (!_members.ContainsKey(memberId)) return KafkaError.UnknownMemberId;
        return generation == _generation ? KafkaError.None : KafkaError.IllegalGeneration;
    }
}
