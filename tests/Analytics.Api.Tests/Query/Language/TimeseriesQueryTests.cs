using System.Text;
using Analytics.Api.Query.Language;
using NodaTime;

namespace Analytics.Api.Tests.Query.Language;

public sealed class TimeseriesQueryTests
{
    [Theory]
    [InlineData("", "", QueryErrorCodes.InvalidJson)]
    [InlineData("{", "", QueryErrorCodes.InvalidJson)]
    [InlineData("[]", "", QueryErrorCodes.WrongType)]
    [InlineData("null", "", QueryErrorCodes.WrongType)]
    [InlineData("{}", "/range", QueryErrorCodes.Missing)]
    [InlineData("""{"range":{"last":"7d"},"range":{"last":"7d"}}""", "", QueryErrorCodes.InvalidJson)]
    [InlineData("""{"range":{"last":"7d"},"Measures":[]}""", "/Measures", QueryErrorCodes.UnknownMember)]
    [InlineData("""{"range":{"last":"7d"},"a/b~c":1}""", "/a~1b~0c", QueryErrorCodes.UnknownMember)]
    [InlineData("""{"range":{"last":"7d","tz":"UTC"}}""", "/range/tz", QueryErrorCodes.UnknownMember)]
    [InlineData("""{"range":"7d"}""", "/range", QueryErrorCodes.WrongType)]
    [InlineData("""{"range":{}}""", "/range", QueryErrorCodes.Conflict)]
    [InlineData("""{"range":{"last":"7d","from":"2026-01-01T00:00:00Z"}}""", "/range", QueryErrorCodes.Conflict)]
    [InlineData("""{"range":{"from":"2026-01-01T00:00:00Z"}}""", "/range", QueryErrorCodes.Conflict)]
    [InlineData("""{"range":{"last":"7 days"}}""", "/range/last", QueryErrorCodes.InvalidValue)]
    [InlineData("""{"range":{"last":"0d"}}""", "/range/last", QueryErrorCodes.InvalidValue)]
    [InlineData("""{"range":{"last":"-1d"}}""", "/range/last", QueryErrorCodes.InvalidValue)]
    [InlineData("""{"range":{"last":"9999999d"}}""", "/range/last", QueryErrorCodes.InvalidValue)]
    [InlineData("""{"range":{"last":7}}""", "/range/last", QueryErrorCodes.WrongType)]
    [InlineData("""{"range":{"from":"2026-01-01","to":"2026-02-01T00:00:00Z"}}""", "/range/from", QueryErrorCodes.InvalidValue)]
    [InlineData("""{"range":{"from":"2026-01-01T00:00:00","to":"2026-02-01T00:00:00Z"}}""", "/range/from", QueryErrorCodes.InvalidValue)]
    [InlineData("""{"range":{"from":"1969-12-31T23:59:59Z","to":"2026-02-01T00:00:00Z"}}""", "/range/from", QueryErrorCodes.OutOfRange)]
    [InlineData("""{"range":{"from":"2026-01-01T00:00:00Z","to":"2101-01-01T00:00:01Z"}}""", "/range/to", QueryErrorCodes.OutOfRange)]
    [InlineData("""{"range":{"from":"2026-01-01T00:00:00Z","to":"2026-01-01T00:00:00Z"}}""", "/range/to", QueryErrorCodes.Conflict)]
    [InlineData("""{"range":{"last":"7d"},"interval":"second"}""", "/interval", QueryErrorCodes.UnknownValue)]
    [InlineData("""{"range":{"last":"7d"},"timezone":"Mars/Olympus"}""", "/timezone", QueryErrorCodes.UnknownValue)]
    [InlineData("""{"range":{"last":"7d"},"timezone":"UTC+02"}""", "/timezone", QueryErrorCodes.UnknownValue)]
    [InlineData("""{"range":{"last":"7d"},"measures":[]}""", "/measures", QueryErrorCodes.Missing)]
    [InlineData("""{"range":{"last":"7d"},"measures":[{}]}""", "/measures/0/op", QueryErrorCodes.Missing)]
    [InlineData("""{"range":{"last":"7d"},"measures":[{"op":"median"}]}""", "/measures/0/op", QueryErrorCodes.UnknownValue)]
    [InlineData("""{"range":{"last":"7d"},"measures":[{"op":"sum"}]}""", "/measures/0/field", QueryErrorCodes.Missing)]
    [InlineData("""{"range":{"last":"7d"},"measures":[{"op":"count","field":"id"}]}""", "/measures/0/field", QueryErrorCodes.Conflict)]
    [InlineData("""{"range":{"last":"7d"},"measures":[{"op":"sum","field":"subject"}]}""", "/measures/0/field", QueryErrorCodes.UnknownField)]
    [InlineData("""{"range":{"last":"7d"},"measures":[{"op":"p95","field":"time"}]}""", "/measures/0/field", QueryErrorCodes.UnknownField)]
    [InlineData("""{"range":{"last":"7d"},"measures":[{"op":"count"},{"op":"count"}]}""", "/measures/1", QueryErrorCodes.Conflict)]
    [InlineData("""{"range":{"last":"7d"},"measures":[{"op":"count","as":"time"}]}""", "/measures", QueryErrorCodes.Conflict)]
    [InlineData("""{"range":{"last":"7d"},"measures":[{"op":"count","as":""}]}""", "/measures/0/as", QueryErrorCodes.InvalidValue)]
    [InlineData("""{"range":{"last":"7d"},"groupBy":["country"]}""", "/groupBy/0", QueryErrorCodes.UnknownField)]
    [InlineData("""{"range":{"last":"7d"},"groupBy":["data."]}""", "/groupBy/0", QueryErrorCodes.UnknownField)]
    [InlineData("""{"range":{"last":"7d"},"groupBy":["tenant"]}""", "/groupBy/0", QueryErrorCodes.UnknownField)]
    [InlineData("""{"range":{"last":"7d"},"groupBy":["time"]}""", "/groupBy/0", QueryErrorCodes.UnknownField)]
    [InlineData("""{"range":{"last":"7d"},"groupBy":["type","type"]}""", "/groupBy/1", QueryErrorCodes.Conflict)]
    [InlineData("""{"range":{"last":"7d"},"groupBy":["data.a","data.b","data.c","data.d","data.e","data.f"]}""", "/groupBy", QueryErrorCodes.TooMany)]
    [InlineData("""{"range":{"last":"7d"},"limit":0}""", "/limit", QueryErrorCodes.OutOfRange)]
    [InlineData("""{"range":{"last":"7d"},"limit":1.5}""", "/limit", QueryErrorCodes.OutOfRange)]
    [InlineData("""{"range":{"last":"7d"},"limit":"10"}""", "/limit", QueryErrorCodes.WrongType)]
    [InlineData("""{"range":{"last":"7d"},"filters":{}}""", "/filters", QueryErrorCodes.WrongType)]
    [InlineData("""{"range":{"last":"7d"},"filters":[{"field":"type","op":"eq"}]}""", "/filters/0/value", QueryErrorCodes.Missing)]
    [InlineData("""{"range":{"last":"7d"},"filters":[{"field":"type","op":"eq","value":5}]}""", "/filters/0/value", QueryErrorCodes.WrongType)]
    [InlineData("""{"range":{"last":"7d"},"filters":[{"field":"type","op":"eq","value":""}]}""", "/filters/0/value", QueryErrorCodes.InvalidValue)]
    [InlineData("""{"range":{"last":"7d"},"filters":[{"field":"data.x","op":"eq","value":null}]}""", "/filters/0/value", QueryErrorCodes.WrongType)]
    [InlineData("""{"range":{"last":"7d"},"filters":[{"field":"data.x","op":"eq","value":[1]}]}""", "/filters/0/value", QueryErrorCodes.WrongType)]
    [InlineData("""{"range":{"last":"7d"},"filters":[{"field":"data.x","op":"eq","value":1e400}]}""", "/filters/0/value", QueryErrorCodes.OutOfRange)]
    [InlineData("""{"range":{"last":"7d"},"filters":[{"field":"data.x","op":"eq","value":"\ud800"}]}""", "/filters/0/value", QueryErrorCodes.InvalidValue)]
    [InlineData("""{"range":{"last":"7d"},"filters":[{"field":"data.x","op":"gt","value":true}]}""", "/filters/0/value", QueryErrorCodes.WrongType)]
    [InlineData("""{"range":{"last":"7d"},"filters":[{"field":"data.x","op":"contains","value":1}]}""", "/filters/0/value", QueryErrorCodes.WrongType)]
    [InlineData("""{"range":{"last":"7d"},"filters":[{"field":"time","op":"contains","value":"2026-01-01T00:00:00Z"}]}""", "/filters/0/value", QueryErrorCodes.Conflict)]
    [InlineData("""{"range":{"last":"7d"},"filters":[{"field":"time","op":"gt","value":"2026-01-01T00:00:00.0001Z"}]}""", "/filters/0/value", QueryErrorCodes.InvalidValue)]
    [InlineData("""{"range":{"last":"7d"},"filters":[{"field":"data.x","op":"in","value":"a"}]}""", "/filters/0/value", QueryErrorCodes.WrongType)]
    [InlineData("""{"range":{"last":"7d"},"filters":[{"field":"data.x","op":"in","value":[]}]}""", "/filters/0/value", QueryErrorCodes.Missing)]
    [InlineData("""{"range":{"last":"7d"},"filters":[{"field":"data.x","op":"in","value":["a",{}]}]}""", "/filters/0/value/1", QueryErrorCodes.WrongType)]
    [InlineData("""{"range":{"last":"7d"},"filters":[{"field":"data.x","op":"exists","value":true}]}""", "/filters/0/value", QueryErrorCodes.Conflict)]
    [InlineData("""{"range":{"last":"7d"},"filters":[{"field":"data.x","op":"like","value":"a%"}]}""", "/filters/0/op", QueryErrorCodes.UnknownValue)]
    public void What_is_wrong_is_named_by_pointer(string json, string at, string code)
    {
        var errors = new QueryErrors();

        var query = TimeseriesQuery.Read(Encoding.UTF8.GetBytes(json), errors);

        Assert.Null(query);
        Assert.Contains((at, code), errors.All.Select(error => (error.Pointer, error.Code)));
        Assert.All(errors.All, error => Assert.NotEmpty(error.Message));
    }

    [Fact]
    public void Everything_wrong_is_said_at_once_but_not_without_end()
    {
        var errors = new QueryErrors();
        var many = string.Join(',', Enumerable.Range(0, 100).Select(i => $"\"x{i}\":1"));

        TimeseriesQuery.Read(Encoding.UTF8.GetBytes($$"""{"interval":"x",{{many}}}"""), errors);

        Assert.Equal(QueryErrors.Most, errors.All.Count);
    }

    [Fact]
    public void Allowed_values_are_listed()
    {
        var errors = new QueryErrors();

        TimeseriesQuery.Read("""{"range":{"last":"1d"},"interval":"second"}"""u8.ToArray(), errors);

        Assert.Contains("auto, minute, hour, day, week, month", Assert.Single(errors.All).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_many_buckets_and_rows_are_refused_with_the_limit()
    {
        Assert.Contains("11000", Refused("""{"range":{"last":"12w"},"interval":"minute"}""", "/interval"), StringComparison.Ordinal);
        Assert.Contains("100000", Refused("""{"range":{"last":"5d"},"interval":"minute","groupBy":["type"],"limit":1000}""", "/limit"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_question_has_the_same_canonical_form()
    {
        var plain = Read("""{"range":{"last":"7d"},"filters":[{"field":"type","op":"in","value":["b","a"]},{"field":"data.n","op":"eq","value":1}]}""");
        var other = Read("""
            { "filters" : [ {"value":1.0,"op":"eq","field":"data.n"}, {"field":"type","op":"in","value":["a","b","a"]}, {"field":"data.n","op":"eq","value":1e0} ],
              "limit": 10, "timezone":"UTC", "interval":"auto", "measures":[{"op":"count","as":"count"}], "groupBy":[], "range":{"last":"7d"} }
            """);

        Assert.Equal(plain.Canonical(), other.Canonical());
    }

    [Theory]
    [InlineData("""{"range":{"last":"8d"}}""")]
    [InlineData("""{"range":{"last":"7d"},"interval":"day"}""")]
    [InlineData("""{"range":{"last":"7d"},"timezone":"Europe/Berlin"}""")]
    [InlineData("""{"range":{"last":"7d"},"measures":[{"op":"count","as":"n"}]}""")]
    [InlineData("""{"range":{"last":"7d"},"groupBy":["type"]}""")]
    [InlineData("""{"range":{"last":"7d"},"filters":[{"field":"data.n","op":"eq","value":"1"}]}""")]
    [InlineData("""{"range":{"last":"7d"},"filters":[{"field":"data.n","op":"eq","value":1}]}""")]
    public void Different_questions_have_different_forms(string json)
    {
        var all = new[] { """{"range":{"last":"7d"}}""", json }.Select(text => Read(text).Canonical());

        Assert.Equal(2, all.Distinct().Count());
    }

    internal static TimeseriesQuery Read(string json)
    {
        var errors = new QueryErrors();
        var query = TimeseriesQuery.Read(Encoding.UTF8.GetBytes(json), errors);
        Assert.False(errors.Any, string.Join('\n', errors.All));
        return query!;
    }

    private static string Refused(string json, string pointer)
    {
        var errors = new QueryErrors();
        Assert.Null(Planner.Plan(Read(json), Instant.FromUtc(2026, 11, 24, 0, 0), errors));
        var error = Assert.Single(errors.All);
        Assert.Equal(pointer, error.Pointer);
        return error.Message;
    }
}
