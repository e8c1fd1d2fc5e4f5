using ClickHouse.Driver;
using ClickHouse.Driver.ADO;
using ClickHouse.Driver.Utility;

namespace Embedded.ClickHouse.Tests.Http;

public sealed class DriverTests(Server server)
{
    [Fact]
    public async Task Connects_and_asks_with_parameters()
    {
        await using var connection = new ClickHouseConnection(server.Process.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT {n:UInt64} + 1";
        command.AddParameter("n", 41UL);

        Assert.Equal(42UL, await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Reads_many_blocks_without_losing_its_place()
    {
        await using var connection = new ClickHouseConnection(server.Process.ConnectionString);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT number, toDateTime64(number, 3, 'UTC') AS time FROM numbers(300000)";

        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);

        ulong expected = 0;
        for (; await reader.ReadAsync(TestContext.Current.CancellationToken); expected++)
        {
            Assert.Equal(expected, reader.GetFieldValue<ulong>(0));
            Assert.Equal(DateTime.UnixEpoch.AddSeconds(expected), reader.GetDateTime(1));
        }

        Assert.Equal(300000UL, expected);
    }

    [Fact]
    public async Task Reads_an_empty_answer_with_its_columns()
    {
        await using var connection = new ClickHouseConnection(server.Process.ConnectionString);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT number AS n FROM numbers(10) WHERE number > 100";

        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);

        Assert.False(await reader.ReadAsync(TestContext.Current.CancellationToken));
        Assert.Equal("n", reader.GetName(0));
    }

    [Fact]
    public async Task Inserts_rows_and_reads_them_back_with_json()
    {
        var table = server.NewTable();
        using var client = new ClickHouseClient(server.Process.ConnectionString);
        await client.ExecuteNonQueryAsync($"CREATE TABLE {table} (a UInt32, time DateTime64(3, 'UTC'), props JSON) ENGINE = MergeTree ORDER BY a", cancellationToken: TestContext.Current.CancellationToken);
        var rows = Enumerable.Range(0, 20_000).Select(i => new object[] { (uint)i, DateTime.UnixEpoch.AddMilliseconds(i), $$"""{"n":{{i}}}""" });

        await client.InsertBinaryAsync(table, ["a", "time", "props"], rows, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal("20000\t199990000\n", await server.AskAsync($"SELECT count(), sum(props.n::UInt32) FROM {table}"));
    }

    [Fact]
    public async Task Learns_the_code_of_an_error()
    {
        await using var connection = new ClickHouseConnection(server.Process.ConnectionString);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT * FROM missing";

        var error = await Assert.ThrowsAsync<ClickHouseServerException>(() => command.ExecuteReaderAsync(TestContext.Current.CancellationToken));

        Assert.Equal(60, error.ErrorCode);
    }

    [Fact]
    public async Task Learns_of_an_error_in_the_middle_of_an_answer()
    {
        await using var connection = new ClickHouseConnection(server.Process.ConnectionString);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT throwIf(number = 2000000), toString(number) FROM numbers(3000000) SETTINGS max_threads = 1";

        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var error = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            {
            }
        });

        Assert.Contains("395", error.ToString(), StringComparison.Ordinal);
    }
}
