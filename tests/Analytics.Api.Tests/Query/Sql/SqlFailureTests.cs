using Analytics.Api.Query;
using Analytics.Api.Query.Sql;

namespace Analytics.Api.Tests.Query.Sql;

/// <summary>Whose fault a refusal of the engine is, and what its author is told of it.</summary>
public sealed class SqlFailureTests
{
    private const string Version = " (version 26.7.2.1)";

    [Theory]
    [InlineData(76, "CANNOT_OPEN_FILE: /var/lib/engine/x.bin")]
    [InlineData(243, "Cannot reserve 1.00 MiB, not enough space")]
    [InlineData(33, "Cannot read all data. Bytes read: 0. Bytes expected: 8: (while reading column time)")]
    [InlineData(246, "CORRUPTED_DATA")]
    [InlineData(49, "LOGICAL_ERROR")]
    [InlineData(1001, "STD_EXCEPTION")]
    [InlineData(0, "no code at all")]
    public void What_the_engine_suffers_from_is_not_the_statements_fault(int code, string text) =>
        Assert.Null(SqlFailure.Explain(QueryFailedException.Of(code, $"Code: {code}. DB::Exception: {text}{Version}"), "analytics_sql"));

    [Theory]
    [InlineData(243, "Unable to parse fragment \"20\" because readNumber4 requires 4 characters")]
    [InlineData(33, "Cannot read all data. Bytes read: 1. Bytes expected: 8.")]
    public void The_same_code_can_be_the_statements_fault(int code, string text) =>
        Assert.Equal("refused", SqlFailure.Explain(QueryFailedException.Of(code, $"Code: {code}. DB::Exception: {text}{Version}"), "analytics_sql")?.Reason);

    [Fact]
    public void A_wrong_type_is_told_in_the_engines_words()
    {
        var failure = QueryFailedException.Of(53, $"Code: 53. DB::Exception: Cannot compare String with UInt8{Version}");

        Assert.Equal(("refused", "Cannot compare String with UInt8."), SqlFailure.Explain(failure, "analytics_sql") is { } error ? (error.Reason, error.Message) : default);
    }

    [Fact]
    public void Words_about_anything_but_the_statement_are_left_out()
    {
        var failure = QueryFailedException.Of(53, $"Code: 53. DB::Exception: Cannot compare with /var/lib/engine{Version}");

        Assert.Equal("The engine cannot run this statement (ClickHouse error 53).", SqlFailure.Explain(failure, "analytics_sql")?.Message);
    }
}
