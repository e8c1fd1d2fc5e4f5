using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Embedded.ClickHouse.Native;
using Embedded.ClickHouse.Sql;

namespace Embedded.ClickHouse.Http;

/// <summary>
/// The statement of a request: the URL's text, a line end and the body, as ClickHouse joins them. Only as much of the body is
/// read as it takes to know what it is; the data of an INSERT stays in the pipe.
/// </summary>
internal sealed class StatementBody
{
    private const int MaxHead = 256 << 10;
    private const int MaxText = 16 << 20;

    private readonly PipeReader body;

    private StatementBody(PipeReader body, byte[] text, Statement statement, long dataOffset)
        => (this.body, Text, Statement, DataOffset) = (body, text, statement, dataOffset);

    /// <summary>For an INSERT with data: its beginning. Otherwise all of it.</summary>
    public byte[] Text { get; }
    public Statement Statement { get; }

    /// <summary>How many bytes of the body belong to the statement.</summary>
    public long DataOffset { get; private set; }

    public static async Task<StatementBody> ReadAsync(string urlText, PipeReader body, CancellationToken cancellationToken)
    {
        var head = urlText.Length == 0 ? [] : Encoding.UTF8.GetBytes(urlText + "\n");
        if (head.Length > 0 && Statement.Read(head, complete: false) is { Kind: StatementKind.InsertData } inUrl) return new(body, head, inUrl, 0);

        var wantsAll = false;
        for (; ; )
        {
            var read = await body.ReadAsync(cancellationToken);
            if (wantsAll && !read.IsCompleted && read.Buffer.Length <= MaxText)
            {
                body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                continue;
            }

            var text = Join(head, read.Buffer, MaxText + 1);
            var statement = Statement.Read(text.AsSpan(0, Math.Min(text.Length, MaxHead)), read.IsCompleted && text.Length <= MaxHead);
            if (statement.Kind == StatementKind.InsertData)
            {
                body.AdvanceTo(read.Buffer.Start);
                return new(body, text, statement, Math.Max(0, statement.DataStart - head.Length));
            }

            if (Refusal(statement, text.Length) is { } refusal)
            {
                // Given back first: the host reads on, past the rest of the body, to keep the connection.
                body.AdvanceTo(read.Buffer.End);
                throw refusal;
            }

            if (read.IsCompleted)
            {
                body.AdvanceTo(read.Buffer.End);
                return new(body, text, Statement.Read(text, complete: true), 0);
            }

            wantsAll = statement.Kind == StatementKind.Other;
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>The data of an INSERT, in pieces of at least <paramref name="atLeast"/> bytes but the last. Release each before the next.</summary>
    public async ValueTask<(ReadOnlySequence<byte> Data, bool IsLast)> ReadDataAsync(int atLeast, CancellationToken cancellationToken)
    {
        var read = await body.ReadAtLeastAsync(atLeast + (int)DataOffset, cancellationToken);
        if (read.IsCanceled) throw new OperationCanceledException(cancellationToken);
        return (read.Buffer.Slice(Math.Min(DataOffset, read.Buffer.Length)), read.IsCompleted);
    }

    public void Release(in ReadOnlySequence<byte> data)
    {
        DataOffset = 0;
        body.AdvanceTo(data.End);
    }

    private static EngineException? Refusal(Statement statement, int length) => statement switch
    {
        { TakesInput: true } => new(48, "NOT_IMPLEMENTED", "INSERT ... SELECT ... FROM input() is not supported; insert the rows themselves"),
        { Kind: StatementKind.Incomplete } when length >= MaxHead => new(62, "SYNTAX_ERROR", $"No FORMAT, VALUES or SELECT within the first {MaxHead} bytes of an INSERT"),
        _ when length > MaxText => new(223, "QUERY_IS_TOO_LARGE", $"A statement may have {MaxText} bytes"),
        _ => null,
    };

    private static byte[] Join(byte[] head, in ReadOnlySequence<byte> rest, int max)
    {
        var part = rest.Slice(0, Math.Min(rest.Length, max));
        var text = new byte[head.Length + part.Length];
        head.CopyTo(text, 0);
        part.CopyTo(text.AsSpan(head.Length));
        return text;
    }
}
