using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace TestKit;

/// <summary>
/// Seeded, realistic events: few subjects do most of it (Zipf), twenty types of very different frequency, sessions, prices, countries,
/// some late ones; about 300 bytes each. The same seed gives the same events for ever.
/// </summary>
public static class Events
{
    private const int Subjects = 2_000;

    private static readonly string[] Types =
    [
        "page.viewed", "button.clicked", "search.performed", "product.viewed", "api.called", "cart.item-added", "session.started", "video.played",
        "form.submitted", "cart.item-removed", "error.raised", "checkout.started", "order.paid", "user.signed-in", "email.opened",
        "user.signed-up", "order.shipped", "subscription.renewed", "order.refunded", "subscription.cancelled",
    ];

    private static readonly string[] Countries = ["DE", "US", "FR", "GB", "IN", "BR", "JP", "PL", "ES", "NL"];
    private static readonly string[] Plans = ["free", "starter", "professional", "enterprise"];
    private static readonly string[] Devices = ["desktop", "phone", "tablet"];

    /// <summary><paramref name="count"/> events ending at <paramref name="end"/>, spread over <paramref name="span"/>.</summary>
    public static IEnumerable<TestEvent> Generate(int seed, int count, DateTimeOffset end, TimeSpan span)
    {
        var random = new Random(seed);
        var step = span / Math.Max(1, count);
        for (var i = 0; i < count; i++)
        {
            var subject = Zipf(random, Subjects);
            var late = random.Next(100) == 0 ? TimeSpan.FromMinutes(random.Next(1, 600)) : TimeSpan.Zero;
            var time = end - span + (step * i) - late;
            yield return new(
                Id(random),
                Types[Zipf(random, Types.Length)],
                random.Next(4) == 0 ? "/app/mobile" : "/app/web",
                $"user-{subject:D5}",
                time,
                $"s-{subject:x}-{time.ToUnixTimeSeconds() / 1800:x}",
                Data(random));
        }
    }

    /// <summary>One line per event.</summary>
    public static byte[] ToNdjson(IEnumerable<TestEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        var text = new StringBuilder();
        foreach (var item in events)
            text.Append(item.ToJson()).Append('\n');
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Path of a real data file of <c>tests/data</c>, e.g. <c>serilog.ndjson.gz</c>.</summary>
    public static string FilePath(string name) => Path.Combine(AppContext.BaseDirectory, "data", name);

    /// <summary>The decompressed lines of such a file.</summary>
    public static IEnumerable<string> ReadFile(string name)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(FilePath(name)), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
            yield return line;
    }

    /// <summary>Rank 0 is about twice as frequent as rank 1, three times as rank 2, and so on (s = 1, by inversion).</summary>
    private static int Zipf(Random random, int count) =>
        Math.Min(count - 1, (int)Math.Pow(count + 1, random.NextDouble()) - 1);

    private static string Id(Random random)
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes).ToString();
    }

    private static string Data(Random random) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"country":"{{Countries[Zipf(random, Countries.Length)]}}","plan":"{{Plans[Zipf(random, Plans.Length)]}}","device":"{{Devices[random.Next(Devices.Length)]}}","durationMs":{{random.Next(1, 5_000)}},"amount":{{random.Next(100, 100_000) / 100m}},"path":"/p/{{Zipf(random, 500)}}","returning":{{(random.Next(2) == 0 ? "true" : "false")}}}""");
}
