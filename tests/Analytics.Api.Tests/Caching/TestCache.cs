using System.Buffers.Binary;
using System.Text;
using Analytics.Api.Caching;
using Analytics.Api.Query;
using Analytics.Api.Query.Language;
using Analytics.Api.Tests.Query;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using NodaTime;
using StackExchange.Redis;

namespace Analytics.Api.Tests.Caching;

/// <summary>The cache as one process has it, without Redis unless it is given one.</summary>
internal sealed class TestCache : IDisposable
{
    private readonly FakeMeters _meters = new();

    public TestCache(
        Func<Statement, CancellationToken, Task<QueryResult>> versions, TimeProvider clock, Func<IConnectionMultiplexer>? redis = null, CacheOptions? options = null)
    {
        var given = Options.Create(options ?? new CacheOptions { CheckTimeout = TimeSpan.FromMinutes(1) });
        Memory = new MemoryLevel(given);
        var telemetry = new CacheTelemetry(_meters, Memory);
        Redis = new RedisLevel(redis ?? (() => throw new InvalidOperationException("There is no Redis.")), given, telemetry, NullLogger<RedisLevel>.Instance);
        Checks = new VersionChecks(versions, given, telemetry, NullLogger<VersionChecks>.Instance);
        Answers = new AnswerCache(Checks, Memory, Redis, given, telemetry, clock);
    }

    public AnswerCache Answers { get; }

    public MemoryLevel Memory { get; }

    public RedisLevel Redis { get; }

    public VersionChecks Checks { get; }

    public void Dispose()
    {
        Memory.Dispose();
        _meters.Dispose();
    }
}

/// <summary>What the table of stored hours would say about one tenant: one hour, whose version is a number.</summary>
internal sealed class Versions
{
    public static readonly ResolvedRange Range = new(Instant.FromUtc(2026, 11, 24, 0, 0), Instant.FromUtc(2026, 11, 24, 1, 0));

    public ulong Current { get; set; } = 1;

    public int Reads { get; private set; }

    /// <summary>Awaited by each read before it answers with what is stored by then.</summary>
    public Func<CancellationToken, Task> Hold { get; set; } = _ => Task.CompletedTask;

    public async Task<QueryResult> ReadAsync(Statement statement, CancellationToken cancellationToken)
    {
        Reads++;
        var now = Current;
        await Hold(cancellationToken);
        var bytes = new PooledBuffer();
        var row = bytes.GetSpan(28);
        BinaryPrimitives.WriteUInt32LittleEndian(row, 0);
        BinaryPrimitives.WriteInt64LittleEndian(row[4..], Range.From.ToUnixTimeSeconds());
        BinaryPrimitives.WriteInt64LittleEndian(row[12..], (long)now);
        BinaryPrimitives.WriteUInt64LittleEndian(row[20..], now);
        bytes.Advance(28);
        return new QueryResult(bytes, default);
    }
}

/// <summary>A plan that computes what the test says, and counts.</summary>
internal sealed record CountingPlan(Func<CancellationToken, Task<string>> Compute) : QueryPlan(Versions.Range, Source.Raw)
{
    private int _runs;

    public int Runs => _runs;

    public override IReadOnlyList<Column> Columns => [new Column("n", ColumnType.Integer)];

    public override async Task<Rows> RunAsync(Asker asker, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _runs);
        return new Rows(Encoding.UTF8.GetBytes(await Compute(cancellationToken)), 1, new QueryCost(1, 1));
    }

    public Asked Ask(string canonical = "q", string tenant = "t") =>
        new(new CacheKey(tenant, canonical), Range, new Asker(tenant, "viewer", null!), () => this);

    public static CountingPlan Of(string rows) => new(_ => Task.FromResult(rows));
}

internal static class Asking
{
    public static readonly CacheRequest Plainly = new(true, true, []);

    public static async Task<(string Rows, string Word)> AskAsync(this TestCache cache, Asked asked, CacheRequest? request = null)
    {
        var (found, _, _) = await cache.Answers.FindAsync(asked, request ?? Plainly, _ => false, TestContext.Current.CancellationToken);
        return (Encoding.UTF8.GetString(found!.Answer.Rows), found.Word);
    }
}
