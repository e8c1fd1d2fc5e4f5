using System.Globalization;
using System.Text;

namespace Benchmarks.Queries;

/// <summary>A question as a client sends it.</summary>
/// <param name="Body">JSON; null for GET.</param>
/// <param name="IsCached">Whether the API keeps its answers.</param>
internal sealed record Inquiry(string Name, string Path, string? Body, bool IsCached = true)
{
    /// <summary>
    /// One of every kind, those that can come from rollups and from the events as both: a line each. Thirty days of one tenant, which end where
    /// the events end, so that a question means the same whenever it is asked.
    /// </summary>
    public static IReadOnlyList<Inquiry> All(DateTimeOffset end)
    {
        var range = $$"""{"from":"{{Rfc3339(end.AddDays(-30))}}","to":"{{Rfc3339(end)}}"}""";
        return
        [
            Query("timeseries", "rollup", """ "interval":"hour","measures":[{"op":"count"},{"op":"unique","field":"subject"}] """),
            Query("timeseries", "raw", """ "interval":"day","measures":[{"op":"count"},{"op":"p95","field":"data.durationMs"}],"filters":[{"field":"data.country","op":"eq","value":"DE"}] """),
            Query("timeseries", "raw, groups", """ "interval":"day","measures":[{"op":"sum","field":"data.amount"}],"filters":[{"field":"type","op":"eq","value":"order.paid"}],"groupBy":["data.plan"] """),
            Query("breakdown", "rollup", """ "groupBy":["type"],"measures":[{"op":"count"},{"op":"unique","field":"subject"}],"limit":5 """),
            Query("breakdown", "raw", """ "groupBy":["data.path"],"measures":[{"op":"count"},{"op":"unique","field":"subject"}],"limit":10 """),
            Query("values", "raw", """ "field":"data.country" """),
            Query("sessions", "raw", """ "interval":"day" """),
            Query("funnel", "raw", """ "window":"7d","steps":[{"type":"product.viewed"},{"type":"cart.item-added"},{"type":"checkout.started"},{"type":"order.paid"}] """),
            Query("retention", "raw", """ "interval":"week","start":{"type":"user.signed-in"},"return":{"type":"order.paid"},"periods":4 """),
            Query("paths", "raw", """ "from":{"type":"product.viewed"},"depth":3 """),
            new("events", $"events?type=order.paid&limit=100&from={Rfc3339(end.AddDays(-30))}&to={Rfc3339(end)}", null, IsCached: false),
            new("schema", $"schema?from={Rfc3339(end.AddDays(-30))}&to={Rfc3339(end)}", null),
            new("sql", "sql", $$"""{"query":"SELECT toDate(time) AS day, count() AS events, avg(numbers['amount']) AS amount FROM events WHERE type = 'order.paid' AND time >= {from:DateTime64(3)} AND time < {to:DateTime64(3)} GROUP BY day ORDER BY day","parameters":{"from":"{{Rfc3339(end.AddDays(-30))}}","to":"{{Rfc3339(end)}}"} }""", IsCached: false),
        ];

        Inquiry Query(string kind, string source, string members) => new($"{kind}, {source}", $"query/{kind}", $$"""{"range":{{range}},{{members}}}""");
    }

    public HttpRequestMessage Request(string key, bool mayReuse)
    {
        var request = new HttpRequestMessage(Body is null ? HttpMethod.Get : HttpMethod.Post, $"api/v1/{Path}");
        if (Body is { } json)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        request.Headers.Add("X-Api-Key", key);
        if (!mayReuse)
            request.Headers.Add("Cache-Control", "no-cache");
        return request;
    }

    private static string Rfc3339(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
