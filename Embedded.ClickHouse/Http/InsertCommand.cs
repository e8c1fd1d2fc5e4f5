using Embedded.ClickHouse.Native;
using Embedded.ClickHouse.Running;

namespace Embedded.ClickHouse.Http;

/// <summary>
/// INSERT with data. The data never passes the engine's SQL parser, to which a blank line in it would end the statement: it goes
/// into an insert stream, straight from the buffers it was received in.
/// </summary>
internal static class InsertCommand
{
    private const int PieceSize = 512 << 10;

    public static async Task<Statistics> RunAsync(RunningStatement running, Action connect, StatementBody body, Parameters parameters, CancellationToken cancellationToken)
    {
        var statement = body.Statement;
        var sql = body.Text.AsMemory(0, statement.SqlLength);
        var format = System.Text.Encoding.ASCII.GetBytes(statement.Format!);
        var early = body.DataOffset == 0 && body.Text.Length > statement.DataStart ? body.Text.AsMemory(statement.DataStart) : default;
        InsertStream? insert = null;
        try
        {
            for (; ; )
            {
                var (data, isLast) = await body.ReadDataAsync(PieceSize, cancellationToken);
                try
                {
                    var statistics = await running.RunAsync(() =>
                    {
                        if (insert is null)
                        {
                            connect();
                            insert = running.Connection.Insert(sql.Span, format, parameters);
                            insert.Append(early.Span);
                        }

                        insert.Append(data);
                        return isLast && !cancellationToken.IsCancellationRequested ? insert.Done() : default(Statistics?);
                    });
                    if (statistics is { } stored) return stored;
                }
                finally
                {
                    body.Release(data);
                }

                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            // Not finished: the client left, the data could not be decoded or the engine refused it; nothing of it is stored.
            if (insert is not null) await running.CleanUpAsync(insert.Dispose);
        }
    }
}
