using System.Globalization;
using System.Text;
using CsCheck;

namespace Analytics.Contracts.Tests;

public sealed class Rfc3339Tests
{
    [Theory]
    [InlineData("1970-01-01T00:00:00Z", 0)]
    [InlineData("2026-11-24T00:30:00Z", 1_795_480_200_000)]
    [InlineData("2026-11-24t00:30:00z", 1_795_480_200_000)]
    [InlineData("2026-11-24T00:30:00.1Z", 1_795_480_200_100)]
    [InlineData("2026-11-24T00:30:00.123456789Z", 1_795_480_200_123)]
    [InlineData("2026-11-24T01:30:00+01:00", 1_795_480_200_000)]
    [InlineData("2026-11-23T12:30:00-12:00", 1_795_480_200_000)]
    [InlineData("2026-11-24T00:30:00-00:00", 1_795_480_200_000)]
    [InlineData("2026-11-24T06:15:00+05:45", 1_795_480_200_000)]
    [InlineData("2024-02-29T00:00:00Z", 1_709_164_800_000)]
    [InlineData("2000-02-29T00:00:00Z", 951_782_400_000)]
    [InlineData("2016-12-31T23:59:60Z", 1_483_228_799_999)]
    [InlineData("2017-01-01T00:59:60.5+01:00", 1_483_228_799_999)]
    [InlineData("1969-12-31T23:59:59.999Z", -1)]
    [InlineData("2100-12-31T23:59:59.999Z", EventRules.MaxTimeUnixMs)]
    public void Reads_instants(string text, long expected)
    {
        Assert.True(Rfc3339.TryParse(Encoding.UTF8.GetBytes(text), out var actual));
        Assert.Equal(expected, actual);
    }

    [Theory]
    [InlineData("")]
    [InlineData("2026-11-24")]
    [InlineData("2026-11-24T00:30:00")]
    [InlineData("2026-11-24T00:30Z")]
    [InlineData("2026-11-24 00:30:00Z")]
    [InlineData("2026-11-24T00:30:00.Z")]
    [InlineData("2026-11-24T00:30:00.1234567890Z")]
    [InlineData("2026-11-24T00:30:00,5Z")]
    [InlineData("2026-11-24T00:30:00Z ")]
    [InlineData("2026-11-24T00:30:00+1:00")]
    [InlineData("2026-11-24T00:30:00+0100")]
    [InlineData("2026-11-24T00:30:00+24:00")]
    [InlineData("2026-11-24T00:30:00+01:60")]
    [InlineData("2026-11-24T24:00:00Z")]
    [InlineData("2026-11-24T00:60:00Z")]
    [InlineData("2026-11-24T00:30:61Z")]
    [InlineData("2026-11-24T00:30:60Z")]
    [InlineData("2026-00-24T00:30:00Z")]
    [InlineData("2026-13-24T00:30:00Z")]
    [InlineData("2026-11-00T00:30:00Z")]
    [InlineData("2026-11-31T00:30:00Z")]
    [InlineData("2025-02-29T00:00:00Z")]
    [InlineData("1900-02-29T00:00:00Z")]
    [InlineData("20261-1-24T00:30:00Z")]
    [InlineData("+026-11-24T00:30:00Z")]
    [InlineData("２０２６-11-24T00:30:00Z")]
    public void Refuses_everything_else(string text) => Assert.False(Rfc3339.TryParse(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void Agrees_with_the_framework_and_reads_what_it_wrote() => Gen.Long[-62_135_596_800_000, 253_402_300_799_999].Sample(unixMs =>
    {
        var text = new byte[Rfc3339.FormattedLength];
        Rfc3339.Format(unixMs, text);

        var expected = DateTimeOffset.FromUnixTimeMilliseconds(unixMs).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        return Encoding.UTF8.GetString(text) == expected && Rfc3339.TryParse(text, out var read) && read == unixMs;
    }, iter: 100_000);
}
