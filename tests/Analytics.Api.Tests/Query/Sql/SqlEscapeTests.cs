using System.Net;
using System.Text;
using Analytics.Api.Query;
using Analytics.Api.Query.Language;
using Analytics.Api.Query.Sql;
using Microsoft.Extensions.DependencyInjection;

namespace Analytics.Api.Tests.Query.Sql;

/// <summary>No statement shows a row, a number or a name of another tenant: the corpus of attempts, layer by layer.</summary>
public sealed class SqlEscapeTests(TwoTenants tenants) : IClassFixture<TwoTenants>
{
    [Fact]
    public async Task No_attempt_of_the_corpus_sees_anything_foreign()
    {
        var attempts = SqlAttempt.ReadAll(tenants);
        var faults = new List<string>();
        var refused = 0;
        foreach (var attempt in attempts)
        {
            var (status, fault) = await attempt.SendAsync(tenants);
            refused += status == HttpStatusCode.OK ? 0 : 1;
            if (fault is not null)
                faults.Add(fault);
        }

        Assert.True(faults.Count == 0, string.Join("\n", faults));
        Assert.True(attempts.Count >= 350 && refused >= 300, $"{attempts.Count} attempts, {refused} refused");
        Assert.Equal(110, await tenants.Database.ScalarAsync<int>("SELECT count() FROM events")); // what there was to see is still there
    }

    [Fact]
    public async Task The_engine_alone_shows_nothing_foreign_either()
    {
        // As if all our own checks of the statement were gone: straight through the door of this route.
        var engine = tenants.Api.Services.GetRequiredService<SqlEngine>();
        var faults = new List<string>();
        foreach (var attempt in SqlAttempt.ReadAll(tenants).Where(attempt => attempt.Parameters.Length == 0 && !attempt.Sql.StartsWith("EXPLAIN AST", StringComparison.Ordinal)))
        {
            var (result, error) = await TryAsync(engine, attempt.Sql);
            using (result)
            {
                var text = result is null ? error : Encoding.UTF8.GetString(result.Bytes);
                if (!attempt.Sql.Contains(tenants.Foreign.Marker, StringComparison.Ordinal) && text.Contains(tenants.Foreign.Marker, StringComparison.Ordinal))
                    faults.Add($"{attempt.Sql}\n{text}");
            }
        }

        Assert.True(faults.Count == 0, string.Join("\n", faults));
    }

    [Theory]
    [InlineData("SELECT count() FROM events WHERE throwIf(source = '/$FOREIGN') = 0")]
    [InlineData("SELECT count() FROM events WHERE intDiv(1, source != '/$FOREIGN') = 1")]
    [InlineData("SELECT count() FROM events WHERE intDiv(1, numbers['amount'] < 7000000) = 1")]
    [InlineData("SELECT count() FROM events WHERE throwIf(strings['secret'] = '$FOREIGN') = 0 AND type != ''")]
    [InlineData("SELECT count() FROM events WHERE type != '' AND throwIf(data LIKE '%$FOREIGN%') = 0")]
    [InlineData("SELECT count() FROM (SELECT * FROM events WHERE id != '') WHERE throwIf(type = 'only.$FOREIGN') = 0")]
    [InlineData("SELECT count() FROM events AS a JOIN (SELECT DISTINCT id FROM events) AS b ON a.id = b.id WHERE throwIf(a.source = '/$FOREIGN') = 0")]
    [InlineData("SELECT countIf(throwIf(source = '/$FOREIGN') = 0) FROM events")]
    [InlineData("SELECT sum(events) FROM sessions WHERE throwIf(last_type = 'only.$FOREIGN') = 0")]
    public async Task A_condition_never_meets_rows_of_others_not_even_to_fail_on_them(string sql)
    {
        // throwIf itself is refused by our list; many functions that fail on some values are not.
        var engine = tenants.Api.Services.GetRequiredService<SqlEngine>();

        var (result, error) = await TryAsync(engine, sql.Replace("$FOREIGN", tenants.Foreign.Marker, StringComparison.Ordinal));

        using (result)
            Assert.Equal("[30]", result is null ? error : Encoding.UTF8.GetString(result.Bytes).Split('\n')[2]);
    }

    private async Task<(QueryResult? Result, string Error)> TryAsync(SqlEngine engine, string sql)
    {
        try
        {
            var (result, error) = await engine.RunAsync(new Asker(tenants.Own.Name, "analyst", null!), new Statement(sql, new SqlParameters()), TestContext.Current.CancellationToken);
            return (result, error?.Message ?? "");
        }
        catch (QueryFailedException failure)
        {
            return (null, failure.Message);
        }
    }
}
