using Analytics.Api.Query;
using Analytics.Api.Query.Language;
using NodaTime;

namespace Analytics.Api.Tests.Query.Language;

/// <summary>Which questions the rollups answer.</summary>
public sealed class RollupTests
{
    private static readonly Instant Now = Instant.FromDateTimeOffset(QueryEngine.Now);

    [Theory]
    [InlineData("rollup", """{"range":{"last":"30d"}}""")]
    [InlineData("rollup", """{"range":{"last":"2h"},"interval":"hour"}""")]
    [InlineData("rollup", """{"range":{"last":"12M"},"interval":"month","timezone":"America/New_York"}""")]
    [InlineData("rollup", """{"range":{"last":"7d"},"interval":"hour","groupBy":["type"],"filters":[{"field":"type","op":"startsWith","value":"order."}]}""")]
    [InlineData("rollup", """{"range":{"last":"7d"},"measures":[{"op":"unique","field":"subject"},{"op":"count","as":"n"}]}""")]
    [InlineData("raw", """{"range":{"last":"7h"},"interval":"minute"}""")]
    [InlineData("raw", """{"range":{"last":"59m"},"interval":"hour"}""")]
    [InlineData("raw", """{"range":{"last":"7d"},"interval":"day","timezone":"Asia/Kolkata"}""")]
    [InlineData("raw", """{"range":{"last":"7d"},"interval":"hour","timezone":"Asia/Kathmandu"}""")]
    [InlineData("raw", """{"range":{"last":"7d"},"measures":[{"op":"unique","field":"sessionid"}]}""")]
    [InlineData("raw", """{"range":{"last":"7d"},"measures":[{"op":"count"},{"op":"sum","field":"data.amount"}]}""")]
    [InlineData("raw", """{"range":{"last":"7d"},"groupBy":["type","subject"]}""")]
    [InlineData("raw", """{"range":{"last":"7d"},"filters":[{"field":"subject","op":"exists"}]}""")]
    public void A_time_series(string source, string query)
    {
        var errors = new QueryErrors();
        var plan = TimeseriesQueryTests.Read(query).Plan(Now, errors);

        Assert.Equal(source, plan!.Source.Word);
    }
}
