using System.Globalization;

namespace Analytics.Api.Tests.Query;

/// <summary>How many random samples a test that asks the engine takes: few, unless TEST_SAMPLES says how many times as many.</summary>
internal static class Samples
{
    private static readonly int Times =
        int.TryParse(Environment.GetEnvironmentVariable("TEST_SAMPLES"), NumberStyles.None, CultureInfo.InvariantCulture, out var times) ? Math.Max(1, times) : 1;

    public static long Few(int few) => (long)few * Times;
}
