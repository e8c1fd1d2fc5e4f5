using System.Globalization;

namespace Benchmarks.Events;

/// <summary>
/// What events look like: few subjects do most of it (Zipf), twenty types of very different frequency, sessions, prices, countries; one in a
/// hundred is up to ten hours late. About 300 bytes each.
/// </summary>
internal sealed class EventShapes(int seed)
{
    /// <summary>Stand-ins that are overwritten in every copy: as long as what replaces them.</summary>
    public const string IdPlace = "00000000-0000-0000-0000-000000000000";
    public const string TimePlace = "0000-00-00T00:00:00.000Z";

    private const int Subjects = 20_000;

    private static readonly string[] Types =
    [
        "page.viewed", "button.clicked", "search.performed", "product.viewed", "api.called", "cart.item-added", "session.started", "video.played",
        "form.submitted", "cart.item-removed", "error.raised", "checkout.started", "order.paid", "user.signed-in", "email.opened",
        "user.signed-up", "order.shipped", "subscription.renewed", "order.refunded", "subscription.cancelled",
    ];

    private static readonly string[] Countries = ["DE", "US", "FR", "GB", "IN", "BR", "JP", "PL", "ES", "NL"];
    private static readonly string[] Plans = ["free", "starter", "professional", "enterprise"];
    private static readonly string[] Devices = ["desktop", "phone", "tablet"];

    private readonly Random _random = new(seed);

    /// <summary>One line of NDJSON, without its end, and how long before its sending the event happened.</summary>
    public (string Line, TimeSpan Late) Next()
    {
        var subject = Zipf(Subjects);
        var late = _random.Next(100) == 0 ? TimeSpan.FromMinutes(_random.Next(1, 600)) : TimeSpan.FromMilliseconds(_random.Next(2_000));
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"specversion":"1.0","id":"{{IdPlace}}","type":"{{Types[Zipf(Types.Length)]}}","source":"{{(_random.Next(4) == 0 ? "/app/mobile" : "/app/web")}}","subject":"user-{{subject:D5}}","time":"{{TimePlace}}","sessionid":"s-{{subject:x}}-{{_random.Next(8):x}}","data":{{Data()}}}""");
        return (line, late);
    }

    /// <summary>Rank 0 is about twice as frequent as rank 1, three times as rank 2, and so on (s = 1, by inversion).</summary>
    private int Zipf(int count) => Math.Min(count - 1, (int)Math.Pow(count + 1, _random.NextDouble()) - 1);

    private string Data() => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"country":"{{Countries[Zipf(Countries.Length)]}}","plan":"{{Plans[Zipf(Plans.Length)]}}","device":"{{Devices[_random.Next(Devices.Length)]}}","durationMs":{{_random.Next(1, 5_000)}},"amount":{{_random.Next(100, 100_000) / 100m}},"path":"/p/{{Zipf(500)}}","returning":{{(_random.Next(2) == 0 ? "true" : "false")}}}""");
}
