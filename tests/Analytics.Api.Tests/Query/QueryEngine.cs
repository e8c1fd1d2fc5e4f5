using System.Security.Claims;
using System.Text;
using System.Text.Json;
using Analytics.Api.Query;
using Analytics.Api.Tests.Caching;
using Analytics.Contracts.Schema;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using System.Diagnostics.Metrics;
using TestKit;

namespace Analytics.Api.Tests.Query;

/// <summary>The query side of the API on a real ClickHouse: handlers are called as routing calls them, without a host around.</summary>
public sealed class QueryEngine(Infrastructure infrastructure) : IAsyncLifetime
{
    public static readonly DateTimeOffset Now = new(2026, 11, 24, 8, 30, 15, 250, TimeSpan.Zero);

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly FakeTimeProvider _clock = new(Now);
    private ClickHouseEndpoint _endpoint = null!;
    private TestCache _cache = null!;

    public TestDatabase Database { get; private set; } = null!;

    internal QueryRunner Runner { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Database = await infrastructure.CreateDatabaseAsync("query");
        await SchemaMigrator.MigrateAsync(Database.ConnectionString, CancellationToken.None);
        _endpoint = ClickHouseEndpoint.Parse(Database.ConnectionString);
        Runner = NewRunner(new QueryOptions());
        _cache = new TestCache(Runner.ReadVersionsAsync, _clock);
    }

    internal QueryRunner NewRunner(QueryOptions options, QueryGate? gate = null)
    {
        var telemetry = new QueryTelemetry(_services.GetRequiredService<IMeterFactory>());
        return new(_endpoint, Options.Create(options), telemetry, gate ?? new QueryGate(Options.Create(options), telemetry, TimeProvider.System));
    }

    public static string NewTenant() => $"t-{Guid.NewGuid():N}";

    /// <param name="token">Deduplication token, as the worker sends one with every insert.</param>
    public Task StoreAsync(string tenant, IEnumerable<StoredEvent> events, string? token = null) => EventTable.StoreAsync(Database, tenant, events, token);

    /// <summary>The answer of a question that must succeed.</summary>
    public async Task<JsonElement> AskAsync(string tenant, string query, string kind = "timeseries")
    {
        var (answer, problem) = await TryAskAsync(tenant, query, kind);
        Assert.True(problem is null, $"{problem?.Detail}\n{query}");
        return answer;
    }

    public async Task<(JsonElement Answer, ProblemDetails? Problem)> TryAskAsync(string tenant, string query, string kind = "timeseries")
    {
        var context = Request(tenant);
        return Read(context, await SendAsync(context, query, kind));
    }

    /// <summary>The bytes of an answer in another format than JSON.</summary>
    public async Task<byte[]> AskAsync(string tenant, string query, string kind, string mediaType)
    {
        var context = Request(tenant);
        context.Request.Headers.Accept = mediaType;
        Assert.IsType<EmptyHttpResult>((await SendAsync(context, query, kind)).Result);
        return ((MemoryStream)context.Response.Body).ToArray();
    }

    /// <summary>The whole exchange, for its headers.</summary>
    public async Task<HttpResponse> ExchangeAsync(string tenant, string query, params (string Name, string Value)[] headers)
    {
        var context = Request(tenant);
        foreach (var (name, value) in headers)
            context.Request.Headers[name] = value;
        Assert.IsType<EmptyHttpResult>((await SendAsync(context, query, "timeseries")).Result);
        return context.Response;
    }

    /// <summary>The page of events that a query string asks for.</summary>
    public async Task<JsonElement> ListAsync(string tenant, string query)
    {
        var (answer, problem) = await TryListAsync(tenant, query);
        Assert.True(problem is null, problem?.Detail);
        return answer;
    }

    public async Task<(JsonElement Answer, ProblemDetails? Problem)> TryListAsync(string tenant, string query)
    {
        var context = Request(tenant);
        context.Request.QueryString = new QueryString("?" + query);
        return Read(context, await EventList.Handle(context, new EventList(Runner, _clock), context.RequestAborted));
    }

    /// <summary>The description of the tenant's events that a query string asks for.</summary>
    public async Task<JsonElement> DescribeAsync(string tenant, string query)
    {
        var (answer, problem) = await TryDescribeAsync(tenant, query);
        Assert.True(problem is null, problem?.Detail);
        return answer;
    }

    public async Task<(JsonElement Answer, ProblemDetails? Problem)> TryDescribeAsync(string tenant, string query)
    {
        var context = Request(tenant);
        context.Request.QueryString = new QueryString("?" + query);
        return Read(context, await ShowSchema.Handle(context, new Questions(new Askers(Runner), _cache.Answers, _clock), context.RequestAborted));
    }

    public async ValueTask DisposeAsync()
    {
        _cache.Dispose();
        Runner.Dispose();
        await Database.DisposeAsync();
        await _services.DisposeAsync();
    }

    private Task<Results<EmptyHttpResult, ProblemHttpResult>> SendAsync(HttpContext context, string query, string kind)
    {
        context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(query));
        return Questions.Handle(QueryKinds.Find(kind)!)(context, new Questions(new Askers(Runner), _cache.Answers, _clock), context.RequestAborted);
    }

    internal static DefaultHttpContext Request(string tenant) => new()
    {
        User = new ClaimsPrincipal(new ClaimsIdentity([new Claim("tenant", tenant)], "test")),
        Response = { Body = new MemoryStream() },
    };

    private static (JsonElement, ProblemDetails?) Read(HttpContext context, Results<EmptyHttpResult, ProblemHttpResult> result) =>
        result.Result is ProblemHttpResult problem
            ? (default, problem.ProblemDetails)
            : (JsonElement.Parse(((MemoryStream)context.Response.Body).ToArray()), null);
}

[CollectionDefinition(Name)]
public sealed class OnQueryEngine : ICollectionFixture<QueryEngine>
{
    public const string Name = "query engine";
}
