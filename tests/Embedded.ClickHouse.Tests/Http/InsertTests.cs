using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using K4os.Compression.LZ4.Streams;
using ZstdSharp;

namespace Embedded.ClickHouse.Tests.Http;

public sealed class InsertTests(Server server)
{
    [Theory]
    [InlineData("CSV", "1,\"x\n\ny\"\n2,\"\n\nDROP TABLE {0}\"\n")]
    [InlineData("JSONEachRow", "{{\"a\":1,\"s\":\"x\"}}\n\n{{\"a\":2,\"s\":\"y\"}}\n")]
    [InlineData("Values", "(1,'x\n\ny'),\n\n(2,'; DROP TABLE {0}')")]
    public async Task A_blank_line_in_the_data_neither_ends_nor_extends_the_statement(string format, string data)
    {
        var table = await TableAsync();

        await server.AskAsync($"INSERT INTO {table} (a, s) FORMAT {format}\n{string.Format(null, data, table)}");

        Assert.Equal("2\n", await server.AskAsync($"SELECT count() FROM {table}"));
    }

    [Fact]
    public async Task Binary_rows_that_look_like_blank_lines_and_sql_are_stored_as_they_are()
    {
        var table = await TableAsync();
        using var body = new MemoryStream();
        body.Write(Encoding.UTF8.GetBytes($"INSERT INTO {table} (a, s) FORMAT RowBinary\n"));
        var text = Encoding.UTF8.GetBytes($"\n\nCREATE TABLE {table}_evil (a Int8) ENGINE = Memory");
        for (var i = 0; i < 100_000; i++)
        {
            body.Write(BitConverter.GetBytes(0x0A0A0A0A + i));
            body.WriteByte((byte)text.Length);
            body.Write(text);
        }

        using var response = await server.PostAsync(body.ToArray());

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("100000\n", await server.AskAsync($"SELECT count() FROM {table}"));
        Assert.Equal("0\n", await server.AskAsync($"EXISTS {table}_evil"));
    }

    [Fact]
    public async Task A_head_of_many_kilobytes_is_still_recognised()
    {
        var table = server.NewTable();
        var columns = Enumerable.Range(0, 400).Select(i => $"a_rather_long_name_of_a_column_{i}").ToArray();
        await server.AskAsync($"CREATE TABLE {table} ({string.Join(", ", columns.Select(c => c + " String"))}) ENGINE = MergeTree ORDER BY tuple()");
        var row = string.Join(',', columns.Select(_ => "\"x\n\ny\""));

        await server.AskAsync($"INSERT INTO {table} ({string.Join(", ", columns)}) FORMAT CSV\n{row}\n{row}\n");

        Assert.Equal("2\n", await server.AskAsync($"SELECT count() FROM {table}"));
    }

    [Fact]
    public async Task An_insert_that_never_comes_to_its_data_is_refused()
    {
        using var response = await server.PostAsync($"INSERT INTO t ({new string('a', 300_000)}");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.StartsWith("Code: 62. DB::Exception: ", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("INSERT INTO {0} VALUES (1, 'x'), (2, 'y')")]
    [InlineData("INSERT INTO {0} (a, s) VALUES (1, 'x'), (2, 'y');")]
    [InlineData("insert into {0} settings max_insert_block_size = 1000 values (1, 'x') (2, 'y')")]
    [InlineData("-- INSERT INTO nowhere FORMAT CSV\nINSERT INTO TABLE {0} /* FORMAT x */ FORMAT TSV\r\n1\tx\n2\ty\n")]
    [InlineData("INSERT INTO {0} SELECT number, 'x' FROM numbers(2)")]
    [InlineData("INSERT INTO {0} WITH 2 AS n SELECT number, 'FORMAT CSV' FROM numbers(n)")]
    public async Task Inserts_are_understood_in_all_their_spellings(string sql)
    {
        var table = await TableAsync();

        await server.AskAsync(string.Format(null, sql, table));

        Assert.Equal("2\n", await server.AskAsync($"SELECT count() FROM {table}"));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    [InlineData("zstd")]
    [InlineData("lz4")]
    public async Task Bodies_come_compressed_with_the_sql_in_them_or_in_the_url(string coding)
    {
        var table = await TableAsync();
        var rows = string.Concat(Enumerable.Range(0, 50_000).Select(i => $"{i},some text {i}\n"));

        using var inBody = await server.PostAsync(Encode($"INSERT INTO {table} FORMAT CSV\n{rows}", coding), encoding: coding);
        using var inUrl = await server.PostAsync(Encode(rows, coding), $"&query=INSERT+INTO+{table}+FORMAT+CSV", coding);

        Assert.Equal(HttpStatusCode.OK, inBody.StatusCode);
        Assert.Equal(HttpStatusCode.OK, inUrl.StatusCode);
        Assert.Equal("100000\t50000\n", await server.AskAsync($"SELECT count(), uniqExact(s) FROM {table}"));
    }

    [Theory]
    [InlineData("gzip", 400)]
    [InlineData("zstd", 400)]
    [InlineData("lz4", 400)]
    [InlineData("snappy", 501)]
    public async Task A_body_that_is_not_what_its_encoding_says_is_refused_and_nothing_stored(string coding, int status)
    {
        var table = await TableAsync();

        using var response = await server.PostAsync(Encoding.UTF8.GetBytes("1,x\n2,y\n3,this is no compressed text\n"), $"&query=INSERT+INTO+{table}+FORMAT+CSV", coding);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("0\n", await server.AskAsync($"SELECT count() FROM {table}"));
    }

    [Fact]
    public async Task A_bad_last_row_stores_nothing_and_says_which_error()
    {
        var table = await TableAsync();

        using var response = await server.PostAsync($"INSERT INTO {table} FORMAT CSV\n{string.Concat(Enumerable.Repeat("1,x\n", 10_000))}oops,y\n");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("27", response.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
        Assert.StartsWith("Code: 27. DB::Exception: ", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal("0\n", await server.AskAsync($"SELECT count() FROM {table}"));
    }

    [Fact]
    public async Task A_client_that_leaves_in_the_middle_of_its_data_stores_nothing()
    {
        var table = await TableAsync();
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(server.Process.Address.Host, server.Process.Address.Port, TestContext.Current.CancellationToken);
            var rows = string.Concat(Enumerable.Repeat("1,x\n", 300_000));
            var head = $"POST /?database=analytics&query=INSERT+INTO+{table}+FORMAT+CSV HTTP/1.1\r\nHost: x\r\nContent-Length: {rows.Length + 4}\r\n\r\n{rows}";
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head), TestContext.Current.CancellationToken);
        }

        await Eventually.HoldsAsync(async () => await server.AskAsync($"SELECT count() FROM system.processes WHERE query LIKE '%INTO {table}%' AND query NOT LIKE '%system.processes%'") == "0\n");
        Assert.Equal("0\n", await server.AskAsync($"SELECT count() FROM {table}"));
    }

    [Fact]
    public async Task The_answer_says_how_many_rows_were_written()
    {
        var table = await TableAsync();

        using var response = await server.PostAsync($"INSERT INTO {table} FORMAT CSV\n1,x\n2,y\n", "&query_id=my-id");

        Assert.Contains("\"written_rows\":\"2\"", response.Headers.GetValues("X-ClickHouse-Summary").Single(), StringComparison.Ordinal);
        Assert.Equal("my-id", response.Headers.GetValues("X-ClickHouse-Query-Id").Single());
    }

    [Fact]
    public async Task The_same_token_stores_its_rows_once_and_another_token_again()
    {
        var table = server.NewTable();
        await server.AskAsync($"""
            CREATE TABLE {table} (a UInt32, s String) ENGINE = MergeTree ORDER BY a
            SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1
            """);

        foreach (var token in new[] { "t:0:1-2", "t:0:1-2", "t:0:3-4" })
            await server.AskAsync($"INSERT INTO {table} FORMAT CSV\n1,x\n2,y\n", $"&insert_deduplication_token={token}");

        Assert.Equal("4\n", await server.AskAsync($"SELECT count() FROM {table}"));
    }

    [Fact]
    public async Task No_room_on_the_disk_is_an_error_of_the_server_with_the_engines_code()
    {
        var table = await TableAsync();

        using var response = await server.PostAsync($"INSERT INTO {table} FORMAT CSV\n1,x\n", "&min_free_disk_bytes_to_perform_insert=1000000000000000000");

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal("243", response.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
    }

    [Theory]
    [InlineData("INSERT INTO {0} FROM INFILE '/etc/hostname' FORMAT CSV")]
    [InlineData("SELECT 1 INTO OUTFILE '/tmp/never' FORMAT CSV")]
    [InlineData("SELECT * FROM file('/etc/hostname', 'LineAsString')")]
    [InlineData("SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')")]
    [InlineData("INSERT INTO FUNCTION file('/tmp/never', 'CSV', 'a Int8') SELECT 1")]
    public async Task Files_and_networks_are_out_of_reach_of_everybody(string sql)
    {
        var table = await TableAsync();

        using var response = await server.PostAsync(string.Format(null, sql, table));

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal("497", response.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
    }

    [Fact]
    public async Task A_connection_outlives_refused_requests_whose_bodies_were_not_read()
    {
        for (var i = 0; i < 5; i++)
        {
            using var tooLong = await server.PostAsync($"INSERT INTO t ({new string('a', 400_000)}");
            using var noTable = await server.PostAsync($"INSERT INTO no_such_table FORMAT CSV\n{new string('1', 400_000)}");
            using var input = await server.PostAsync("INSERT INTO t SELECT * FROM input('a Int8') FORMAT CSV\n1\n");
            Assert.Equal(HttpStatusCode.NotFound, noTable.StatusCode);
            Assert.Equal(HttpStatusCode.NotImplemented, input.StatusCode);
        }

        Assert.DoesNotContain("draining of the request body failed", server.Process.Log, StringComparison.Ordinal);
    }

    private async Task<string> TableAsync()
    {
        var table = server.NewTable();
        await server.AskAsync($"CREATE TABLE {table} (a UInt32, s String) ENGINE = MergeTree ORDER BY a");
        return table;
    }

    private static byte[] Encode(string text, string coding)
    {
        using var target = new MemoryStream();
        using (Stream encoder = coding switch
        {
            "gzip" => new GZipStream(target, CompressionMode.Compress, leaveOpen: true),
            "deflate" => new ZLibStream(target, CompressionMode.Compress, leaveOpen: true),
            "br" => new BrotliStream(target, CompressionLevel.Fastest, leaveOpen: true),
            "zstd" => new CompressionStream(target, leaveOpen: true),
            _ => LZ4Stream.Encode(target, leaveOpen: true),
        })
        {
            encoder.Write(Encoding.UTF8.GetBytes(text));
        }

        return target.ToArray();
    }
}
