using ClickHouse.Driver;
using Ingestion.Worker.Write;

namespace Ingestion.Worker.Tests.Write;

public sealed class WriteRetryTests
{
    [Theory]
    [InlineData(117, true)]
    [InlineData(33, true)]
    [InlineData(241, false)]
    [InlineData(252, false)]
    [InlineData(60, false)]
    [InlineData(159, false)]
    public void Only_what_the_rows_cause_is_a_refusal(int code, bool refusal) =>
        Assert.Equal(refusal, WriteRetry.IsRefusal(new ClickHouseServerException("x", "y", code)));

    [Theory]
    [InlineData("Too many partitions for single INSERT block (more than 100). The limit is controlled by 'max_partitions_per_insert_block'", true)]
    [InlineData("Too many parts (3000). Merges are processing significantly slower than inserts", false)]
    public void One_code_speaks_of_the_rows_in_one_case_and_of_the_table_in_the_other(string text, bool refusal) =>
        Assert.Equal(refusal, WriteRetry.IsRefusal(new ClickHouseServerException(text, "y", 252)));

    [Fact]
    public void A_lost_connection_is_no_refusal() => Assert.False(WriteRetry.IsRefusal(new HttpRequestException()));

    [Theory]
    [InlineData(1, 200)]
    [InlineData(2, 400)]
    [InlineData(5, 3_200)]
    [InlineData(6, 5_000)]
    [InlineData(1_000, 5_000)]
    public void Pauses_double_up_to_the_limit(int attempt, int milliseconds) =>
        Assert.Equal(
            TimeSpan.FromMilliseconds(milliseconds),
            WriteRetry.Delay(attempt, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5)));
}
