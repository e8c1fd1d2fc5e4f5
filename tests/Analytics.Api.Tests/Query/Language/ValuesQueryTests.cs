using System.Text.RegularExpressions;
using Analytics.Api.Query;
using Analytics.Api.Query.Language;
using NodaTime;

namespace Analytics.Api.Tests.Query.Language;

public sealed partial class ValuesQueryTests
{
    [Theory]
    [InlineData("""{"range":{"last":"7d"}}""", "/field", QueryErrorCodes.Missing)]
    [InlineData("""{"range":{"last":"7d"},"field":"country"}""", "/field", QueryErrorCodes.UnknownField)]
    [InlineData("""{"range":{"last":"7d"},"field":"received"}""", "/field", QueryErrorCodes.UnknownField)]
    [InlineData("""{"range":{"last":"7d"},"field":"type","search":1}""", "/search", QueryErrorCodes.WrongType)]
    [InlineData("""{"range":{"last":"7d"},"field":"type","match":"like"}""", "/match", QueryErrorCodes.UnknownValue)]
    [InlineData("""{"range":{"last":"7d"},"field":"type","limit":1001}""", "/limit", QueryErrorCodes.OutOfRange)]
    public void Says_what_is_wrong_and_where(string json, string at, string code) => Refusals.Check(QueryKinds.Values, json, at, code);

    [Fact]
    public void The_values()
    {
        var plan = (ValuesPlan)Refusals.Accepted(QueryKinds.Values, """{"range":{"last":"7d"},"field":"data.x","search":"de","match":"startsWith","limit":5}""")
            .Plan(Instant.FromUtc(2026, 11, 24, 0, 0), new QueryErrors())!;

        Assert.Equal(
            """
            SELECT ifNull(strings[P], toString(numbers[P])) AS g0, multiIf(isNull(strings[P]), 'number', NOT (strings[P] IN ('true', 'false') OR startsWith(strings[P], '[')), 'string', (JSONType(data, P) = 'Bool'), 'boolean', (JSONType(data, P) = 'Array'), 'array', 'string') AS kind, count() AS n
            FROM events
            WHERE tenant = {tenant:String}
              AND time >= fromUnixTimestamp64Milli({from:Int64})
              AND time < fromUnixTimestamp64Milli({to:Int64})
              AND (isNotNull(strings[P]) OR isNotNull(numbers[P]))
              AND startsWith(lowerUTF8(ifNull(strings[P], toString(numbers[P]))), lowerUTF8({search:String}))
            GROUP BY g0, kind
            ORDER BY n DESC, g0, kind
            LIMIT 5
            """.ReplaceLineEndings("\n"), Placeholder().Replace(ValuesSql.Of(plan, "acme").Sql, "P"));
    }

    [GeneratedRegex(@"\{p\d+:[^}]+\}")]
    private static partial Regex Placeholder();
}
