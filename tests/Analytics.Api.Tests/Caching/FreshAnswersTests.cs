using System.Text.Json;
using Analytics.Api.Query;
using Analytics.Api.Tests.Query;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using TestKit;
using static Analytics.Api.Tests.Query.RandomEvents;

namespace Analytics.Api.Tests.Caching;

/// <summary>
/// On the real tables, with two processes that share a Redis: whatever has been stored, late events and their rollups included, an answer
/// that may come out of a cache is the one that is computed anew. A failure prints the seed that repeats it.
/// </summary>
[Collection(OnQueryEngine.Name)]
public sealed class FreshAnswersTests(QueryEngine engine) : IAsyncLifetime
{
    private const string Explicit = """{"from":"2026-11-21T10:00:00Z","to":"2026-11-24T08:20:00Z"}""";

    // Where the ranges begin and end, a moment within, and a bucket that nobody has touched for long.
    private static readonly DateTimeOffset[] Moments =
        [.. new[] { "2026-11-21T10:00Z", "2026-11-22T00:00Z", "2026-11-22T10:00Z", "2026-11-24T08:20Z", "2026-10-02T07:00Z" }.Select(DateTimeOffset.Parse)];

    private static readonly (string Kind, string Query)[] Questions =
    [
        .. from kind in QueryKinds.Names
           from range in new[] { Explicit, """{"last":"3d"}""", """{"last":"2791m"}""" }
           select (kind, EveryKind.Ask(kind, range, "data.plan")),
        ("timeseries", $$"""{"range":{"last":"3d"},"interval":"hour","measures":[{"op":"count"},{"op":"unique","field":"subject"}]}"""), // by rollups
        ("timeseries", $$"""{"range":{{Explicit}},"interval":"day","timezone":"Asia/Kolkata","measures":[{"op":"sum","field":"data.n"}]}"""), // bucket by bucket
        ("sessions", $$"""{"range":{{Explicit}}}"""),
        ("sessions", $$"""{"range":{"last":"3d"},"interval":"day","gap":"4h"}"""),
        ("retention", $$"""{"range":{{Explicit}},"start":{},"mode":"rolling","periods":2}"""),
    ];

    // Around one moment in each case, so that events meet: in the sessions of a subject, in a bucket, on both sides of an end of a range.
    private static Gen<StoredEvent[]> InsertsAround(DateTimeOffset moment) => Gen.Select(Gen.Int[-45, 45], Gen.Select(
        Gen.Int[0, 10], Pick("page.viewed", "order.paid"), Pick("u1", "u2", "u3", ""), Pick("", "", "s1"), Pick("pro", "free"), Gen.Int[1, 9]).Array[1, 3],
        (minutes, events) => events.Select(item => new StoredEvent(
            "", item.Item2, moment.AddMinutes(minutes + item.Item1), item.Item3, $$"""{"plan":"{{item.Item5}}","n":{{item.Item6}}}""", SessionId: item.Item4)).ToArray());

    private static Gen<Step> StepsAround(DateTimeOffset moment) => Gen.Frequency(
        (5, InsertsAround(moment).Select(events => new Step(Events: events))),
        (9, Gen.Select(Gen.Int[0, 1], Gen.Int[0, 1], Gen.Frequency((6, Gen.Const("")), (2, Gen.Const("If-None-Match")), (1, Gen.Const("no-cache"))), (process, question, header) => new Step(process, question, header))),
        (1, Pick(1, 20, 90).Select(minutes => new Step(Minutes: minutes))),
        (1, Gen.Int[0, 1].Select(process => new Step(process, Restarts: true))));

    private static readonly Gen<(int[] Questions, Step[] Steps)> Cases =
        Gen.Select(Gen.Int[0, Questions.Length - 1].Array[2], Pick(Moments).SelectMany(moment => StepsAround(moment).Array[10, 22]));

    private readonly FakeTimeProvider _clock = new(QueryEngine.Now);
    private readonly List<AskingProcess> _processes = [];
    private GarnetBehindAWire _garnet = null!;

    public async ValueTask InitializeAsync()
    {
        _garnet = GarnetBehindAWire.Start();
        for (var i = 0; i < 2; i++)
            _processes.Add(await AskingProcess.StartAsync(engine.Runner, _clock, _garnet));
    }

    [Fact]
    public async Task Any_sequence_of_storing_and_asking_gives_the_uncached_answers()
    {
        var words = new Dictionary<string, int>();
        await Cases.SampleAsync(async sample =>
        {
            var run = new Run(engine, _processes, _clock, [.. sample.Questions.Select(i => Questions[i])], words);
            foreach (var step in sample.Steps)
                await run.TakeAsync(step);
        }, iter: Samples.Few(15), threads: 1, print: sample => string.Join('\n', sample.Questions.Select(i => Questions[i].Query).Concat(sample.Steps.Select(step => step.ToString()))));

        // What few samples may leave out: an answer that only the other process has computed, and one that the client has already.
        var last = new Run(engine, _processes, _clock, [Questions[0]], words);
        await last.TakeAsync(new Step());
        await Eventually.TrueAsync("the other process's answer is used", async () =>
        {
            await last.TakeAsync(new Step(Process: 1, Restarts: true));
            await last.TakeAsync(new Step(Process: 1));
            return words.ContainsKey("hit of another process");
        });
        await last.TakeAsync(new Step(Process: 1, Header: "If-None-Match"));
        Assert.Superset(new HashSet<string> { "hit", "hit of another process", "miss", "304" }, words.Keys.ToHashSet());
    }

    [Theory]
    [MemberData(nameof(EveryKind.Names), MemberType = typeof(EveryKind))]
    public async Task A_kind_is_answered_out_of_the_cache_until_something_is_stored(string kind)
    {
        var (tenant, query) = (QueryEngine.NewTenant(), EveryKind.Ask(kind, Explicit, "data.plan"));
        await engine.StoreAsync(tenant, [At("2026-11-22T10:00Z", "u1", 1)]);
        var asked = await _processes[0].AskAsync(tenant, kind, query);
        var again = await _processes[0].AskAsync(tenant, kind, query);

        await engine.StoreAsync(tenant, [At("2026-11-22T11:00Z", "u2", 2)]);
        var more = await _processes[0].AskAsync(tenant, kind, query);

        Assert.Equal(("miss", "hit", "miss"), (asked.Cache, again.Cache, more.Cache));
        Assert.Equal((1, 1, 2), (EveryKind.Count(kind, asked.Answer), EveryKind.Count(kind, again.Answer), EveryKind.Count(kind, more.Answer)));
    }

    [Fact]
    public async Task A_session_that_turns_out_to_have_begun_before_the_range_counts_no_more()
    {
        const string Query = """{"range":{"from":"2026-11-22T10:00:00Z","to":"2026-11-22T12:00:00Z"},"measures":["sessions"]}""";
        var tenant = QueryEngine.NewTenant();
        await engine.StoreAsync(tenant, [At("2026-11-22T10:05Z", "u1", 1)]);
        var before = await _processes[0].AskAsync(tenant, "sessions", Query);

        await engine.StoreAsync(tenant, [At("2026-11-22T09:50Z", "u1", 2)]);
        var after = await _processes[0].AskAsync(tenant, "sessions", Query);

        Assert.Equal(("[[1]]", "[[0]]"), (AnswerRows.Text(before.Answer), AnswerRows.Text(after.Answer)));
    }

    public ValueTask DisposeAsync()
    {
        _processes.ForEach(process => process.Dispose());
        _garnet.Dispose();
        return ValueTask.CompletedTask;
    }

    private static StoredEvent At(string time, string subject, long offset) =>
        new($"e{offset}", "page.viewed", DateTimeOffset.Parse(time), subject, """{"plan":"pro"}""", Offset: offset);

    /// <summary>Stores events, or lets time pass, or a process loses its memory, or one of the questions is asked.</summary>
    internal sealed record Step(int Process = 0, int Question = 0, string Header = "", StoredEvent[]? Events = null, int Minutes = 0, bool Restarts = false)
    {
        public override string ToString() => Events is not null ? $"store {string.Join("; ", Events.AsEnumerable())}"
            : Minutes > 0 ? $"{Minutes} minutes pass" : Restarts ? $"process {Process} restarts" : $"ask process {Process} question {Question} {Header}";
    }

    private sealed class Run(QueryEngine engine, List<AskingProcess> processes, FakeTimeProvider clock, (string Kind, string Query)[] questions, Dictionary<string, int> words)
    {
        private readonly string _tenant = QueryEngine.NewTenant();
        private readonly Dictionary<(int, string), AskingProcess.Got> _kept = [];
        private int _stored;

        public async Task TakeAsync(Step step)
        {
            if (step.Minutes > 0)
                clock.Advance(TimeSpan.FromMinutes(step.Minutes));
            else if (step.Restarts)
                processes[step.Process].Cache.Memory.Forget(_tenant);
            else if (step.Events is { } events)
                await engine.StoreAsync(_tenant, events.Select(item => item with { Id = $"e{_stored}", Offset = _stored++ }));
            else
                await AskAsync(step.Process, questions[step.Question], step.Header);
        }

        private async Task AskAsync(int number, (string Kind, string Query) question, string header)
        {
            var process = processes[number];
            var isKnown = process.Cache.Memory.Of(_tenant).Count > 0;
            var known = header == "If-None-Match" ? _kept.GetValueOrDefault((number, question.Query)) : null;
            (string, string)[] headers = known is not null ? [("If-None-Match", known.Tag!)] : header == "no-cache" ? [("Cache-Control", header)] : [];

            var got = await process.AskAsync(_tenant, question.Kind, question.Query, headers);
            var fresh = await process.AskAsync(_tenant, question.Kind, question.Query, ("Cache-Control", "no-store")); // no-cache would keep it, and hide what is wrong

            var seen = got.Status == 304 ? known! : got;
            Assert.Equal(fresh.Rows, seen.Rows);
            _kept[(number, question.Query)] = seen;
            var word = got.Status == 304 ? "304" : got.Cache == "hit" && !isKnown ? "hit of another process" : got.Cache;
            words[word] = words.GetValueOrDefault(word) + 1;
        }
    }
}
