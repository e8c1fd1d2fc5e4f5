using CsCheck;
using Ingestion.Worker.Dedup;

namespace Ingestion.Worker.Tests.Dedup;

public sealed class DedupWindowTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public void A_repeat_within_the_window_is_recognised()
    {
        var window = new DedupWindow(Hour, 1_000);

        Assert.True(window.TryAdd(7, 0));

        Assert.False(window.TryAdd(7, (long)Hour.TotalMilliseconds));
    }

    [Fact]
    public void An_id_is_forgotten_once_the_window_has_passed_its_whole_generation()
    {
        var window = new DedupWindow(Hour, 1_000);
        window.TryAdd(7, 0);

        Assert.True(window.TryAdd(7, (long)Hour.TotalMilliseconds + window.SliceMs + 1));
    }

    [Fact]
    public void The_oldest_ids_go_first_when_there_are_too_many()
    {
        var window = new DedupWindow(Hour, 100);
        for (var id = 1; id <= 200; id++)
        {
            Assert.True(window.TryAdd((UInt128)id, id));
        }

        Assert.InRange(window.Count, 75, 100);
        Assert.False(window.TryAdd(200, 201));
        Assert.True(window.TryAdd(1, 202));
    }

    [Fact]
    public void The_set_behaves_like_a_hash_set() =>
        Gen.ULong[0, 300].Select(value => (UInt128)(value * 0x9E3779B97F4A7C15UL)).List[0, 2_000].Sample(ids =>
        {
            var (set, model) = (new IdentitySet(), new HashSet<UInt128>());
            return ids.TrueForAll(id => set.Contains(id) == model.Contains(id) && set.Add(id) == model.Add(id)) && set.Count == model.Count;
        });

    [Fact]
    public void Fields_that_run_into_each_other_have_different_identities()
    {
        var identity = new Identity();

        Assert.NotEqual(identity.Of("a"u8, "bc"u8, "d"u8), identity.Of("ab"u8, "c"u8, "d"u8));
        Assert.Equal(identity.Of("a"u8, "b"u8, "c"u8), identity.Fork().Of("a"u8, "b"u8, "c"u8));
        Assert.NotEqual(identity.Of("a"u8, "b"u8, "c"u8), new Identity().Of("a"u8, "b"u8, "c"u8));
    }
}
