using System.Text;
using System.Text.Json;
using Analytics.Api.Caching;
using Analytics.Api.Query;
using Analytics.Api.Tests.Query;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using TestKit;

namespace Analytics.Api.Tests.Caching;

/// <summary>A process of the API as far as questions go: the real engine, a memory of its own, a Redis that it may share with others.</summary>
internal sealed class AskingProcess : IDisposable
{
    private readonly Questions _questions;

    private AskingProcess(QueryRunner runner, TestCache cache, TimeProvider clock) =>
        (Cache, _questions) = (cache, new Questions(new Askers(runner), cache.Answers, clock));

    public TestCache Cache { get; }

    public static async Task<AskingProcess> StartAsync(QueryRunner runner, TimeProvider clock, GarnetBehindAWire garnet)
    {
        var redis = await garnet.ConnectAsync();
        var patient = new CacheOptions { RedisTimeout = TimeSpan.FromSeconds(30), RedisPause = TimeSpan.Zero, CheckTimeout = TimeSpan.FromMinutes(1) };
        var cache = new TestCache(runner.ReadVersionsAsync, clock, () => redis, patient);
        await Eventually.TrueAsync("the cache has a Redis", () => cache.Redis.IsConnected);
        return new AskingProcess(runner, cache, clock);
    }

    /// <summary>An answer as its client gets it.</summary>
    /// <param name="Tag">The version of the answer.</param>
    public sealed record Got(int Status, string? Tag, JsonElement Answer)
    {
        public string Rows => Answer.GetProperty("columns").GetRawText() + Answer.GetProperty("rows").GetRawText();

        /// <summary><c>hit</c>, <c>partial</c> or <c>miss</c>.</summary>
        public string Cache => Answer.GetProperty("meta").GetProperty("cache").GetString()!;
    }

    public async Task<Got> AskAsync(string tenant, string kind, string query, params (string Name, string Value)[] headers)
    {
        var context = QueryEngine.Request(tenant);
        foreach (var (name, value) in headers)
            context.Request.Headers[name] = value;
        context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(query));

        var result = await Questions.Handle(QueryKinds.Find(kind)!)(context, _questions, context.RequestAborted);

        Assert.True(result.Result is EmptyHttpResult, $"{query}\n{(result.Result as ProblemHttpResult)?.ProblemDetails.Detail}");
        var body = ((MemoryStream)context.Response.Body).ToArray();
        return new Got(context.Response.StatusCode, context.Response.Headers.ETag, body.Length == 0 ? default : JsonElement.Parse(body));
    }

    public void Dispose() => Cache.Dispose();
}
