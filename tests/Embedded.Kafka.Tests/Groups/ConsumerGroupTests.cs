using Embedded.Kafka.Groups;
using Embedded.Kafka.Protocol;
using Microsoft.Extensions.Time.Testing;

namespace Embedded.Kafka.Tests.Groups;

/// <summary>The coordinator's rules with a clock that only moves when told.</summary>
public sealed class ConsumerGroupTests
{
    private static readonly TimeSpan Session = TimeSpan.FromSeconds(10);
    private readonly FakeTimeProvider _time = new();
    private readonly ConsumerGroup _group;

    public ConsumerGroupTests() => _group = new ConsumerGroup("g", TimeSpan.FromMilliseconds(50), _time);

    [Fact]
    public async Task Members_that_come_within_the_delay_share_the_first_generation()
    {
        var a = Join();
        var b = Join();
        Assert.False(a.IsCompleted);

        _time.Advance(TimeSpan.FromMilliseconds(50));

        var (first, second) = (await a, await b);
        Assert.Equal((1, 1), (first.Generation, second.Generation));
        Assert.Equal(first.MemberId, first.Leader);
        Assert.Equal(2, first.Members.Count);
        Assert.Empty(second.Members);
    }

    [Fact]
    public async Task Followers_get_their_part_when_the_leader_syncs()
    {
        var (leader, follower) = await TwoAsync();
        var waiting = _group.Sync(follower.MemberId, 1, null, []);
        Assert.False(waiting.IsCompleted);

        var own = await _group.Sync(leader.MemberId, 1, null, [(leader.MemberId, [1]), (follower.MemberId, [2])]);

        Assert.Equal([1], own.Assignment);
        Assert.Equal([2], (await waiting).Assignment);
    }

    [Fact]
    public async Task A_newcomer_starts_a_rebalance_that_heartbeats_tell_of()
    {
        var only = await StableAsync();

        var newcomer = Join();

        Assert.Equal(KafkaError.RebalanceInProgress, _group.Heartbeat(only.MemberId, 1, null));
        Assert.Equal(KafkaError.RebalanceInProgress, (await _group.Sync(only.MemberId, 1, null, [])).Error);
        var again = await Join(only.MemberId);
        Assert.Equal((2, 2), (again.Generation, (await newcomer).Generation));
        Assert.Equal(again.MemberId, again.Leader);
        Assert.Equal(KafkaError.IllegalGeneration, _group.Heartbeat(only.MemberId, 1, null));
    }

    [Fact]
    public async Task Who_does_not_rejoin_in_time_is_dropped()
    {
        var late = await StableAsync();
        var newcomer = Join();

        _time.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal(2, (await newcomer).Generation);
        Assert.Equal(KafkaError.UnknownMemberId, _group.Heartbeat(late.MemberId, 2, null));
    }

    [Fact]
    public async Task A_silent_member_is_removed_after_its_session()
    {
        var member = await StableAsync();

        _time.Advance(Session);
        Assert.Empty(_group.ExpireSilentMembers());
        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal([member.MemberId], _group.ExpireSilentMembers());
        Assert.True(_group.IsEmpty);
    }

    [Fact]
    public async Task A_leader_that_never_syncs_is_removed_and_the_others_go_on()
    {
        var (leader, follower) = await TwoAsync();
        var waiting = _group.Sync(follower.MemberId, 1, null, []);

        _time.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal(KafkaError.RebalanceInProgress, (await waiting).Error);
        var again = await Join(follower.MemberId);
        Assert.Equal((2, follower.MemberId), (again.Generation, again.Leader));
        Assert.Equal(KafkaError.UnknownMemberId, _group.Heartbeat(leader.MemberId, 1, null));
    }

    [Fact]
    public async Task A_newcomer_without_a_common_assignor_is_refused_alone()
    {
        var member = await StableAsync();

        var refused = await _group.Join(Request("", protocols: "other"), out _);

        Assert.Equal(KafkaError.InconsistentGroupProtocol, refused.Error);
        Assert.Equal(KafkaError.None, _group.Heartbeat(member.MemberId, 1, null));
    }

    [Fact]
    public async Task The_assignor_that_all_know_is_chosen()
    {
        var a = _group.Join(Request("", protocols: ["range", "sticky"]), out _);
        var b = _group.Join(Request("", protocols: ["roundrobin", "sticky"]), out _);
        _time.Advance(TimeSpan.FromMilliseconds(50));

        Assert.Equal("sticky", (await a).Protocol);
        Assert.Equal("sticky", (await b).Protocol);
    }

    [Fact]
    public async Task A_static_member_that_restarts_keeps_its_part_without_a_rebalance_and_fences_its_old_self()
    {
        var old = await StableAsync("i1");

        var renewed = await _group.Join(Request("", "i1"), out _);

        Assert.Equal((KafkaError.None, 1), (renewed.Error, renewed.Generation));
        Assert.NotEqual(old.MemberId, renewed.MemberId);
        Assert.NotEqual(renewed.MemberId, renewed.Leader);
        Assert.Equal([9], (await _group.Sync(renewed.MemberId, 1, "i1", [])).Assignment);
        Assert.Equal(KafkaError.FencedInstanceId, _group.Heartbeat(old.MemberId, 1, "i1"));
        Assert.Equal(KafkaError.FencedInstanceId, Commit(old.MemberId, 1, "i1"));
    }

    [Fact]
    public async Task Commits_are_fenced_by_member_and_generation()
    {
        var member = await StableAsync();

        Assert.Equal(KafkaError.None, Commit(member.MemberId, 1));
        Assert.Equal(KafkaError.IllegalGeneration, Commit(member.MemberId, 0));
        Assert.Equal(KafkaError.IllegalGeneration, Commit(member.MemberId, 2));
        Assert.Equal(KafkaError.UnknownMemberId, Commit("stranger", 1));
        Assert.Equal(KafkaError.UnknownMemberId, Commit("", -1));
    }

    [Fact]
    public async Task Commits_of_the_old_generation_pass_while_the_rebalance_is_prepared_and_not_afterwards()
    {
        var member = await StableAsync();
        _ = Join();

        Assert.Equal(KafkaError.None, Commit(member.MemberId, 1));
        await Join(member.MemberId);
        Assert.Equal(KafkaError.IllegalGeneration, Commit(member.MemberId, 1));
        Assert.Equal(KafkaError.RebalanceInProgress, Commit(member.MemberId, 2));
    }

    [Fact]
    public void An_outsider_may_commit_to_an_empty_group()
    {
        Assert.Equal(KafkaError.None, Commit("", -1));
    }

    [Fact]
    public async Task A_newcomer_whose_connection_breaks_while_it_waits_is_forgotten()
    {
        var pending = _group.Join(Request(""), out var id);

        _group.Abandon(id);

        Assert.Equal(KafkaError.UnknownMemberId, (await pending).Error);
        Assert.True(_group.IsEmpty);
    }

    [Fact]
    public async Task The_last_one_to_leave_empties_the_group()
    {
        var member = await StableAsync();

        Assert.Equal(KafkaError.None, _group.Leave(member.MemberId));
        Assert.Equal(KafkaError.UnknownMemberId, _group.Leave(member.MemberId));
        Assert.Equal("Empty", _group.Describe().State);
    }

    private static JoinRequest Request(string member, string? instance = null, params string[] protocols) => new(
        "g", member, instance, "client", "/127.0.0.1", Session, TimeSpan.FromSeconds(60), "consumer",
        [.. (protocols.Length == 0 ? ["range"] : protocols).Select(p => new GroupProtocol(p, [1]))]);

    private Task<JoinResult> Join(string member = "") => _group.Join(Request(member), out _);

    private KafkaError Commit(string member, int generation, string? instance = null)
    {
        var committed = false;
        var error = _group.WhenMayCommit(member, generation, instance, () => committed = true);
        Assert.Equal(error == KafkaError.None, committed);
        return error;
    }

    private async Task<(JoinResult Leader, JoinResult Follower)> TwoAsync()
    {
        var (a, b) = (Join(), Join());
        _time.Advance(TimeSpan.FromMilliseconds(50));
        return (await a, await b);
    }

    private async Task<JoinResult> StableAsync(string? instance = null)
    {
        var pending = _group.Join(Request("", instance), out _);
        _time.Advance(TimeSpan.FromMilliseconds(50));
        var member = await pending;
        await _group.Sync(member.MemberId, member.Generation, instance, [(member.MemberId, [9])]);
        return member;
    }
}
