using System.Text;
using Embedded.ClickHouse.Sql;

namespace Embedded.ClickHouse.Tests.Sql;

public sealed class StatementTests
{
    [Theory]
    [InlineData("INSERT INTO t FORMAT CSV\n1,2", "INSERT INTO t ", "CSV", "1,2")]
    [InlineData("INSERT INTO t (a, `FORMAT`) FORMAT Native \r\n\n\n", "INSERT INTO t (a, `FORMAT`) ", "Native", "\n\n")]
    [InlineData("insert into format (values) values (1)", "insert into format (values) ", "Values", " (1)")]
    [InlineData("INSERT INTO d.values SETTINGS a = 'FORMAT x' FORMAT TSV 1", "INSERT INTO d.values SETTINGS a = 'FORMAT x' ", "TSV", "1")]
    public void An_insert_ends_where_its_data_begins(string text, string sql, string format, string data)
    {
        var statement = Statement.Read(Encoding.UTF8.GetBytes(text), complete: true);

        Assert.Equal(StatementKind.InsertData, statement.Kind);
        Assert.Equal(sql, text[..statement.SqlLength]);
        Assert.Equal(format, statement.Format);
        Assert.Equal(data, text[statement.DataStart..]);
    }

    [Fact]
    public void Is_never_mistaken_however_the_text_is_cut_into_pieces()
    {
        const string Text = "/* FORMAT */ INSERT INTO `a``b`.c (x, \"FORMAT\") SETTINGS s = 'it''s \\' FORMAT' FORMAT JSONEachRow\n{\"a\":1}";
        var bytes = Encoding.UTF8.GetBytes(Text);
        var whole = Statement.Read(bytes, complete: true);

        for (var length = 0; length < bytes.Length; length++)
        {
            var part = Statement.Read(bytes.AsSpan(0, length), complete: false);
            Assert.True(part.Kind == StatementKind.Incomplete || part == whole, $"{length}: {part}");
        }
    }

    [Theory]
    [InlineData("SELECT 1 FORMAT JSON", "JSON")]
    [InlineData("SELECT 1 FORMAT JSON SETTINGS max_threads = 1", "JSON")]
    [InlineData("SELECT 1 FORMAT JSON;", "JSON")]
    [InlineData("SELECT format FROM t", null)]
    [InlineData("SELECT 'FORMAT CSV' -- FORMAT CSV", null)]
    [InlineData("SELECT * FROM (SELECT 1 FORMAT CSV)", null)]
    public void The_format_asked_for_is_found(string text, string? format)
        => Assert.Equal(format, Statement.Read(Encoding.UTF8.GetBytes(text), complete: true).Format);
}
