using System.Globalization;
using Benchmarks.Queries;

namespace Benchmarks.Clients;

/// <summary>What a client asks next.</summary>
internal sealed class QuestionMix(double heavyShare, int seed)
{
    private static readonly Inquiry[] Dashboard =
    [
        Query("timeseries", """ "range":{"last":"7d"},"interval":"hour","measures":[{"op":"count"},{"op":"unique","field":"subject"}] """),
        Query("timeseries", """ "range":{"last":"30d"},"interval":"day" """),
        Query("timeseries", """ "range":{"last":"7d"},"interval":"day","measures":[{"op":"sum","field":"data.amount","as":"revenue"}],"filters":[{"field":"type","op":"eq","value":"order.paid"}] """),
        Query("breakdown", """ "range":{"last":"7d"},"groupBy":["type"],"limit":10 """),
        Query("breakdown", """ "range":{"last":"7d"},"groupBy":["data.country"],"limit":10,"filters":[{"field":"type","op":"eq","value":"order.paid"}] """),
        Query("values", """ "range":{"last":"7d"},"field":"data.plan" """),
    ];

    private static readonly string[] Countries = ["DE", "US", "FR", "GB", "IN", "BR", "JP", "PL", "ES", "NL"];
    private readonly Random random = new(seed);

    /// <summary>A panel that everybody of the tenant looks at, or a question nobody has asked before.</summary>
    public (Inquiry Inquiry, bool IsHeavy) Next() =>
        random.NextDouble() < heavyShare ? (Heavy(), true) : (Dashboard[random.Next(Dashboard.Length)], false);

    /// <summary>How long until the next one: exponential, as when many people click independently.</summary>
    public TimeSpan Pause(TimeSpan mean) => mean * -Math.Log(1 - random.NextDouble());

    private Inquiry Heavy()
    {
        // The threshold makes each question one of its own: the cache must not know it.
        var unseen = string.Create(CultureInfo.InvariantCulture, $$"""{"field":"data.durationMs","op":"gt","value":{{random.NextDouble() * 100:R}}}""");
        var country = Countries[random.Next(Countries.Length)];
        return random.Next(4) switch
        {
            0 => Query("timeseries", $$""" "range":{"last":"30d"},"interval":"day","measures":[{"op":"p95","field":"data.durationMs"}],"filters":[{{unseen}},{"field":"data.country","op":"eq","value":"{{country}}"}] """),
            1 => Query("breakdown", $$""" "range":{"last":"30d"},"groupBy":["data.path"],"measures":[{"op":"count"},{"op":"unique","field":"subject"}],"filters":[{{unseen}}] """),
            2 => Query("funnel", $$""" "range":{"last":"30d"},"window":"7d","steps":[{"type":"product.viewed"},{"type":"cart.item-added"},{"type":"order.paid"}],"filters":[{{unseen}}] """),
            _ => Query("sessions", $$""" "range":{"last":"7d"},"interval":"day","filters":[{{unseen}}] """),
        };
    }

    private static Inquiry Query(string kind, string members) => new(kind, $"query/{kind}", $$"""{{{members}}}""");
}
