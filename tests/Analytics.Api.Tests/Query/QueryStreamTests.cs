using System.Text;
using Analytics.Api.Query;
using Analytics.Api.Query.Language;
using TestKit;

namespace Analytics.Api.Tests.Query;

[Collection(OnQueryEngine.Name)]
public sealed class QueryStreamTests(QueryEngine engine)
{
    private static readonly StreamBudget Budget = new(TimeSpan.FromMinutes(1), 500_000_000, 2);
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(300_000)]
    public async Task A_result_of_any_size_arrives_whole(int rows)
    {
        await using var stream = await OpenAsync($"SELECT number FROM numbers({rows})");

        var text = Encoding.ASCII.GetString(await ReadAsync(stream));

        Assert.Equal(string.Concat(Enumerable.Range(0, rows).Select(i => $"[{i}]\n")), text);
    }

    [Fact]
    public async Task A_failure_on_the_way_is_a_failure_and_its_text_is_never_given_out()
    {
        await using var stream = await OpenAsync("SELECT number, repeat('x', 100), throwIf(number = 2900000) FROM numbers(3000000)");
        var seen = new MemoryStream();

        await Assert.ThrowsAsync<QueryFailedException>(async () => await CopyAsync(stream, seen));

        Assert.True(seen.Length > 1_000_000, $"only {seen.Length} bytes were streamed before the failure");
        Assert.DoesNotContain("xception", Encoding.ASCII.GetString(seen.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_at_once_is_told_when_it_is_opened()
    {
        var failure = await Assert.ThrowsAsync<QueryFailedException>(() => OpenAsync("SELECT nonsense FROM events"));

        Assert.Equal(FailureKind.Bug, failure.Kind);
    }

    [Fact]
    public async Task Whoever_stops_reading_takes_the_query_along()
    {
        var marker = Guid.NewGuid().ToString("N");
        Task<int> Count() => engine.Database.ScalarAsync<int>($"SELECT count() FROM system.processes WHERE query LIKE '%{marker}%' AND query NOT LIKE '%system.processes%'");
        await using (var stream = await OpenAsync($"SELECT number, repeat('x', 1000) FROM numbers(1000000000) -- {marker}"))
        {
            Assert.True(await stream.ReadAsync(new byte[1000]) > 0);
            Assert.Equal(1, await Count());
        }

        await Eventually.EqualsAsync("queries of the reader", 0, Count);
    }

    [Fact]
    public async Task It_ends_at_its_deadline()
    {
        var endless = new Statement("SELECT number, repeat('x', 1000) FROM numbers(1000000000000)", new SqlParameters());

        var failure = await Assert.ThrowsAsync<QueryFailedException>(async () =>
        {
            // On a busy machine the deadline may come before the first row.
            await using var stream = await engine.Runner.OpenAsync("t", endless, QueryRunner.JsonRows, Budget with { Deadline = TimeSpan.FromSeconds(1) }, Ct);
            await CopyAsync(stream, Stream.Null);
        });

        Assert.Equal(FailureKind.Timeout, failure.Kind);
    }

    private Task<QueryStream> OpenAsync(string sql) =>
        engine.Runner.OpenAsync("t", new Statement(sql, new SqlParameters()), QueryRunner.JsonRows, Budget, Ct);

    private static async Task<byte[]> ReadAsync(QueryStream stream)
    {
        var all = new MemoryStream();
        await CopyAsync(stream, all);
        return all.ToArray();
    }

    private static async Task CopyAsync(QueryStream stream, Stream into)
    {
        var buffer = new byte[10_000];
        for (var read = await stream.ReadAsync(buffer); read > 0; read = await stream.ReadAsync(buffer))
            into.Write(buffer, 0, read);
    }
}
