using Embedded.Kafka.Protocol;

namespace Embedded.Kafka.Groups;

/// <summary>Joining, electing, syncing: Empty → PreparingRebalance → CompletingRebalance → Stable.</summary>
internal sealed partial class ConsumerGroup
{
    private ITimer? _rebalanceTimer;
    private int _rebalance;
    private bool _gathering;

    public Task<JoinResult> Join(JoinRequest request, out string memberId)
    {
        lock (_gate)
        {
            memberId = request.MemberId;
            if (_state == GroupState.Dead) return Refuse(KafkaError.UnknownMemberId, memberId);
            var replaced = request.InstanceId is { } instance && _instances.TryGetValue(instance, out var holder) ? holder : null;
            var except = memberId.Length > 0 ? memberId : replaced;
            if (!FitsIn(request, except)) return Refuse(KafkaError.InconsistentGroupProtocol, memberId);
            if (memberId.Length > 0) return Rejoin(request, replaced);
            memberId = $"{Shortened(request.InstanceId ?? request.ClientId)}-{Guid.NewGuid():N}";
            return replaced is null ? JoinAsNew(request, memberId) : ReplaceStatic(request, replaced, memberId);
        }
    }

    public Task<SyncResult> Sync(string memberId, int generation, string? instanceId, IReadOnlyList<(string Member, byte[] Assignment)> assignments)
    {
        lock (_gate)
        {
            var error = Check(memberId, generation, instanceId);
            if (error == KafkaError.None && _state == GroupState.PreparingRebalance) error = KafkaError.RebalanceInProgress;
            if (error != KafkaError.None) return Task.FromResult(SyncResult.Refused(error));
            var member = _members[memberId];
            member.LastSeen = time.GetUtcNow();
            if (_state == GroupState.Stable) return Task.FromResult(new SyncResult(KafkaError.None, member.Assignment));
            member.PendingSync?.TrySetResult(SyncResult.Refused(KafkaError.RebalanceInProgress));
            member.PendingSync = new(TaskCreationOptions.RunContinuationsAsynchronously);
            var answer = member.PendingSync.Task;
            if (memberId == _leader) HandOut(assignments);
            return answer;
        }
    }

    private static string Shortened(string name) => name.Length <= 200 ? name : name[..200];

    private static Task<JoinResult> Refuse(KafkaError error, string memberId) => Task.FromResult(JoinResult.Refused(error, memberId));

    /// <summary>The newcomer must share an assignor with everybody; otherwise it alone is refused.</summary>
    private bool FitsIn(JoinRequest request, string? except)
    {
        if (request.Protocols.Count == 0 || request.ProtocolType.Length == 0) return false;
        var others = _members.Values.Where(m => m.Id != except).ToList();
        if (others.Count == 0) return true;
        return request.ProtocolType == _protocolType
            && request.Protocols.Any(p => others.TrueForAll(m => m.Protocols.Any(q => q.Name == p.Name)));
    }

    private Task<JoinResult> JoinAsNew(JoinRequest request, string memberId)
    {
        var member = new GroupMember(memberId, request.InstanceId);
        _members.Add(memberId, member);
        if (request.InstanceId is { } instance) _instances[instance] = memberId;
        return Wait(member, request);
    }

    private Task<JoinResult> Rejoin(JoinRequest request, string? instanceHolder)
    {
        if (request.InstanceId is not null && instanceHolder is not null && instanceHolder != request.MemberId)
            return Refuse(KafkaError.FencedInstanceId, request.MemberId);
        if (!_members.TryGetValue(request.MemberId, out var member)) return Refuse(KafkaError.UnknownMemberId, request.MemberId);
        member.KnowsItsId = true;
        var unchanged = member.SpeaksLike(request.Protocols);
        // The leader joins again to make a new assignment; others with the same wishes have only missed the answer.
        if (unchanged && (_state == GroupState.CompletingRebalance || (_state == GroupState.Stable && member.Id != _leader)))
        {
            Refresh(member, request);
            return Task.FromResult(Answer(member));
        }
        return Wait(member, request);
    }

    /// <summary>A static member came back after a restart: it takes over the place, and the assignment stands if its wishes do.</summary>
    private Task<JoinResult> ReplaceStatic(JoinRequest request, string oldId, string newId)
    {
        var old = _members[oldId];
        _members.Remove(oldId);
        old.PendingJoin?.TrySetResult(JoinResult.Refused(KafkaError.FencedInstanceId, oldId));
        old.PendingSync?.TrySetResult(SyncResult.Refused(KafkaError.FencedInstanceId));
        var member = new GroupMember(newId, request.InstanceId) { Assignment = old.Assignment, Protocols = old.Protocols };
        _members.Add(newId, member);
        _instances[request.InstanceId!] = newId;
        var wasLeader = _leader == oldId;
        if (wasLeader) _leader = newId;
        if (_state != GroupState.Stable || !member.SpeaksLike(request.Protocols)) return Wait(member, request);
        Refresh(member, request);
        // Told that somebody else leads, it only asks for its assignment and does not compute a new one.
        return Task.FromResult(Answer(member) with { Leader = wasLeader ? oldId : _leader!, Members = [] });
    }

    private void Refresh(GroupMember member, JoinRequest request)
    {
        (member.ClientId, member.ClientHost) = (request.ClientId, request.ClientHost);
        (member.SessionTimeout, member.RebalanceTimeout) = (request.SessionTimeout, request.RebalanceTimeout);
        (member.Protocols, _protocolType) = (request.Protocols, request.ProtocolType);
        member.LastSeen = time.GetUtcNow();
        member.KnowsItsId = true;
    }

    private Task<JoinResult> Wait(GroupMember member, JoinRequest request)
    {
        var knewItsId = member.KnowsItsId;
        Refresh(member, request);
        member.KnowsItsId = knewItsId;
        member.PendingJoin?.TrySetResult(JoinResult.Refused(KafkaError.UnknownMemberId, member.Id));
        var pending = member.PendingJoin = new(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_state != GroupState.PreparingRebalance) BeginRebalance();
        ElectWhenAllJoined();
        return pending.Task;
    }

    private void BeginRebalance()
    {
        foreach (var member in _members.Values)
        {
            member.PendingSync?.TrySetResult(SyncResult.Refused(KafkaError.RebalanceInProgress));
            member.PendingSync = null;
        }
        _gathering = _state == GroupState.Empty && initialDelay > TimeSpan.Zero;
        _state = GroupState.PreparingRebalance;
        StartTimer(_gathering ? initialDelay : LongestRebalance());
    }

    private void ElectWhenAllJoined()
    {
        if (_state == GroupState.PreparingRebalance && !_gathering && _members.Values.All(m => m.PendingJoin is not null)) Elect();
    }

    private void Elect()
    {
        // Static members may be restarting: they keep their place until their session ends. Others had their chance.
        var joined = _members.Values.Where(m => m.PendingJoin is not null).ToList();
        foreach (var late in _members.Values.Where(m => m.PendingJoin is null && (m.InstanceId is null || joined.Count == 0)).ToList()) Forget(late);
        _generation++;
        if (_members.Count == 0)
        {
            BecomeEmpty();
            return;
        }
        if (_leader is null || joined.TrueForAll(m => m.Id != _leader)) _leader = joined[0].Id;
        _protocol = Vote();
        _state = GroupState.CompletingRebalance;
        StartTimer(LongestRebalance());
        foreach (var member in _members.Values) member.Assignment = [];
        foreach (var member in joined)
        {
            member.LastSeen = time.GetUtcNow();
            member.KnowsItsId = true;
            member.PendingJoin!.TrySetResult(Answer(member));
            member.PendingJoin = null;
        }
    }

    /// <summary>Each member votes for the first on its list that all know.</summary>
    private string Vote()
    {
        var members = _members.Values;
        return members
            .Select(m => m.Protocols.First(p => members.All(o => o.Protocols.Any(q => q.Name == p.Name))).Name)
            .GroupBy(name => name).MaxBy(votes => votes.Count())!.Key;
    }

    private JoinResult Answer(GroupMember member)
    {
        var list = member.Id == _leader
            ? _members.Values.Select(m => new JoinedMember(m.Id, m.InstanceId, m.MetadataFor(_protocol))).ToArray()
            : [];
        return new JoinResult(KafkaError.None, _generation, _protocol ?? "", _leader ?? "", member.Id, list);
    }

    private void HandOut(IReadOnlyList<(string Member, byte[] Assignment)> assignments)
    {
        foreach (var (id, assignment) in assignments)
            if (_members.TryGetValue(id, out var member)) member.Assignment = assignment;
        _state = GroupState.Stable;
        _rebalanceTimer?.Dispose();
        foreach (var member in _members.Values)
        {
            member.PendingSync?.TrySetResult(new SyncResult(KafkaError.None, member.Assignment));
            if (member.PendingSync is not null) member.LastSeen = time.GetUtcNow();
            member.PendingSync = null;
        }
    }

    private void Remove(GroupMember member)
    {
        Forget(member);
        if (_members.Count == 0)
        {
            if (_state != GroupState.Empty) _generation++;
            BecomeEmpty();
        }
        else
        {
            if (_state is GroupState.Stable or GroupState.CompletingRebalance) BeginRebalance();
            ElectWhenAllJoined();
        }
    }

    private void Forget(GroupMember member)
    {
        _members.Remove(member.Id);
        if (member.InstanceId is { } instance && _instances.GetValueOrDefault(instance) == member.Id) _instances.Remove(instance);
        if (_leader == member.Id) _leader = null;
        member.PendingJoin?.TrySetResult(JoinResult.Refused(KafkaError.UnknownMemberId, member.Id));
        member.PendingSync?.TrySetResult(SyncResult.Refused(KafkaError.UnknownMemberId));
    }

    private void BecomeEmpty()
    {
        _state = GroupState.Empty;
        _protocol = null;
        _leader = null;
        _rebalanceTimer?.Dispose();
    }

    private TimeSpan LongestRebalance() => _members.Values.Select(m => m.RebalanceTimeout).DefaultIfEmpty(TimeSpan.Zero).Max();

    private void StartTimer(TimeSpan after)
    {
        _rebalanceTimer?.Dispose();
        var rebalance = ++_rebalance;
        _rebalanceTimer = time.CreateTimer(_ => TimeIsUp(rebalance), null, after, Timeout.InfiniteTimeSpan);
    }

    private void TimeIsUp(int rebalance)
    {
        lock (_gate)
        {
            if (rebalance != _rebalance) return;
            if (_state == GroupState.PreparingRebalance && _gathering)
            {
                _gathering = false;
                StartTimer(LongestRebalance());
                ElectWhenAllJoined();
            }
            else if (_state == GroupState.PreparingRebalance)
            {
                Elect();
            }
            else if (_state == GroupState.CompletingRebalance)
            {
                foreach (var member in _members.Values.Where(m => m.PendingSync is null).ToList()) Remove(member);
            }
        }
    }
}
