using System.Text;
using Embedded.ClickHouse.Native;
using Embedded.ClickHouse.Running;

namespace Embedded.ClickHouse.Http;

/// <summary>Everything but INSERT with data: SELECTs in formats that allow it are streamed, the rest is answered whole.</summary>
internal static class SelectCommand
{
    // An answer up to this size is held back until it is complete: it gets its true status, length and statistics.
    private const int HoldBack = 64 << 10;

    public static async Task<Statistics> RunAsync(RunningStatement running, Action connect, StatementBody body, QueryRequest request, Parameters parameters, Answer answer)
    {
        var sql = body.Text;
        var name = body.Statement.Format ?? request.Format;
        // The engine is told the format beside the statement; a clause would win over it.
        sql.AsSpan(body.Statement.FormatClause).Fill((byte)' ');
        var format = Encoding.ASCII.GetBytes(name);
        var cutter = request.WaitForEnd ? null : OutputFormat.Find(name);
        answer.Format = name;

        ResultStream? stream = null;
        Held held;
        try
        {
            held = await running.RunAsync(() =>
            {
                connect();
                var kind = running.Connection.Classify(sql);
                if (kind.Count > 1) throw new EngineException(62, "SYNTAX_ERROR", "Multi-statements are not allowed");
                request.Principal.Grants?.Check(running.Connection, sql, parameters);

                var leavesNothing = IsSelect(sql) && kind.Kind == 0;
                if (cutter is null || !leavesNothing)
                {
                    var whole = running.Connection.Query(sql, format, parameters);
                    if (leavesNothing) running.Recycle();
                    else running.Disconnect();
                    return new Held([whole], whole.Statistics, IsWhole: true);
                }

                stream = running.Connection.Stream(sql, format, parameters);
                return Fetch(stream, running);
            });
        }
        catch
        {
            if (stream is not null) await running.CleanUpAsync(stream.Dispose);
            throw;
        }

        var pieces = new Pieces(cutter, held.IsWhole && stream is null);
        try
        {
            if (held.IsWhole) answer.Statistics = held.Statistics;
            answer.Begin(held.IsWhole ? pieces.LengthOf(held.Blocks) : null);
            while (true)
            {
                foreach (var block in held.Blocks) await answer.WriteAsync(pieces.Next(block));
                held.Dispose();
                if (held.IsWhole) break;

                var sofar = held.Statistics;
                held = await running.RunAsync(() => Fetch(stream!, running));
                held = held with { Statistics = sofar + held.Statistics };
            }

            await answer.WriteAsync(pieces.Footer);
            return held.Statistics;
        }
        finally
        {
            held.Dispose();
            if (stream is not null) await running.CleanUpAsync(stream.Dispose);
        }
    }

    private static Held Fetch(ResultStream stream, RunningStatement running)
    {
        var blocks = new List<Result>();
        Statistics statistics = default;
        try
        {
            for (var size = 0; size < HoldBack;)
            {
                if (stream.Next() is not { } block)
                {
                    statistics += stream.Last;
                    stream.Dispose();
                    running.Recycle();
                    return new Held(blocks, statistics, IsWhole: true);
                }

                blocks.Add(block);
                size += block.Length;
                statistics += block.Statistics;
            }

            return new Held(blocks, statistics, IsWhole: false);
        }
        catch
        {
            foreach (IDisposable block in blocks) block.Dispose();
            throw;
        }
    }

    private static bool IsSelect(ReadOnlySpan<byte> sql)
    {
        var lexer = new Sql.SqlLexer(sql);
        var token = lexer.Next();
        while (token == Sql.TokenKind.Symbol && lexer.Current is [(byte)'(']) token = lexer.Next();
        return token == Sql.TokenKind.Word && (Ascii.EqualsIgnoreCase(lexer.Current, "SELECT") || Ascii.EqualsIgnoreCase(lexer.Current, "WITH"));
    }

    private sealed record Held(List<Result> Blocks, Statistics Statistics, bool IsWhole) : IDisposable
    {
        public void Dispose()
        {
            foreach (IDisposable block in Blocks) block.Dispose();
            Blocks.Clear();
        }
    }

    /// <summary>Cuts the repeated header and footer out of all blocks but the first and the last.</summary>
    private sealed class Pieces(OutputFormat? format, bool untouched)
    {
        private int header = -1;
        private ReadOnlyMemory<byte> footer;

        public ReadOnlyMemory<byte> Footer => footer;

        public ReadOnlyMemory<byte> Next(Result block)
        {
            var memory = block.Memory;
            if (untouched || format is null) return memory;

            if (header < 0) header = format.HeaderLength?.Invoke(memory.Span) ?? 0;
            else memory = memory[header..];
            if (format.FooterLength == 0) return memory;

            footer = memory[^format.FooterLength..].ToArray();
            return memory[..^format.FooterLength];
        }

        public long LengthOf(List<Result> blocks)
        {
            long length = blocks.Sum(b => (long)b.Length);
            if (untouched || format is null || blocks.Count < 2) return length;

            return length - (blocks.Count - 1) * ((format.HeaderLength?.Invoke(blocks[0].Memory.Span) ?? 0) + (long)format.FooterLength);
        }
    }
}
