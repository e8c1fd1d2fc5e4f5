using System.Net;
using Analytics.Api.Errors;
using Analytics.Api.Query;
using Analytics.Api.Query.Language;

namespace Analytics.Api.Tests.Query;

[Collection(OnQueryEngine.Name)]
public sealed class QueryLimitsTests(QueryEngine engine)
{
    [Theory]
    [InlineData("viewer", "SELECT sum(number) FROM numbers(2000000)", FailureKind.TooMuchRead, "Query:Viewer:MaxRowsRead", "1,000,000")]
    [InlineData("analyst", "SELECT sum(number) FROM numbers(200000000)", FailureKind.TooMuchRead, "Query:MaxBytesRead", "50,000,000")]
    [InlineData("analyst", "SELECT number FROM numbers(5000)", FailureKind.TooLarge, "Query:Analyst:MaxResultRows", "2,000")]
    [InlineData("admin", "SELECT repeat('x', 2000) FROM numbers(1000)", FailureKind.TooLarge, "Query:MaxResultBytes", "1,048,576")]
    [InlineData("admin", "SELECT uniqExact(toString(number)) FROM numbers(5000000)", FailureKind.Memory, "Query:Admin:MaxMemoryBytes", "16,000,000")]
    public async Task A_refusal_names_the_limit_of_the_role(string role, string sql, object kind, string option, string value)
    {
        using var runner = engine.NewRunner(new QueryOptions
        {
            MaxResultBytes = 1_048_576,
            MaxBytesRead = 50_000_000,
            Viewer = { MaxRowsRead = 1_000_000 },
            Analyst = { MaxResultRows = 2_000 },
            Admin = { MaxMemoryBytes = 16_000_000, MaxBytesRead = 0 },
        });
        var asker = new Asker("t", role, runner);

        var failure = await Assert.ThrowsAsync<QueryFailedException>(() =>
            asker.RunAsync(new Statement(sql, new SqlParameters()), QueryRunner.JsonRows, TestContext.Current.CancellationToken));

        Assert.Equal((kind, new QueryLimit(option, value)), (failure.Kind, failure.Limit));
        var problem = Problems.QueryFailed(failure.Kind, failure.Limit);
        Assert.Equal((int)HttpStatusCode.UnprocessableEntity, problem.StatusCode);
        Assert.StartsWith($"The limit {option} is {value}. Take a shorter range", problem.ProblemDetails.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_role_without_limits_of_its_own_has_those_of_everybody()
    {
        var options = new QueryOptions { Viewer = { Deadline = TimeSpan.FromSeconds(5) } };

        Assert.Equal(new QueryLimit("Query:Viewer:Deadline", "5 s"), options.Of("viewer").Find("Deadline"));
        Assert.Equal(new QueryLimit("Query:Deadline", "30 s"), options.Of("admin").Find("Deadline"));
        Assert.Contains("&max_execution_time=5&", options.Of("viewer").Settings, StringComparison.Ordinal);
        Assert.Contains("&max_execution_time=30&", options.Of(null).Settings, StringComparison.Ordinal);
    }
}
