using System.Runtime.InteropServices;
using System.Text;

namespace Embedded.ClickHouse.Native;

/// <summary>
/// One connection runs one statement at a time, on the calling thread; several run in parallel.
/// <see cref="Id"/> is in the <c>log_comment</c> of whatever it runs, which is how a statement is found in order to kill it.
/// </summary>
internal sealed unsafe class Connection : IDisposable
{
    private readonly nint* outer;
    private bool closed;

    private Connection(nint* outer, string id)
    {
        this.outer = outer;
        Id = id;
    }

    public string Id { get; }
    private nint Handle => *outer;

    /// <summary>Null where the engine refuses one of the arguments; it does not say which.</summary>
    public static Connection? TryOpen(IEnumerable<string> arguments)
    {
        var id = Guid.NewGuid().ToString("N");
        string[] all = ["chdb", .. arguments, $"--log_comment={id}"];
        var texts = all.Select(Marshal.StringToCoTaskMemUTF8).ToArray();
        try
        {
            fixed (nint* pointers = texts)
            {
                var outer = Chdb.Connect(texts.Length, (byte**)pointers);
                return outer is null || *outer == 0 ? null : new Connection(outer, id);
            }
        }
        finally
        {
            foreach (var text in texts) Marshal.FreeCoTaskMem(text);
        }
    }

    /// <summary>The whole answer at once. Never for an INSERT that carries data: a blank line in it would end the statement.</summary>
    public Result Query(ReadOnlySpan<byte> sql, ReadOnlySpan<byte> format, Parameters parameters)
    {
        fixed (byte* s = sql, f = format)
        {
            return Result.Take(Chdb.Query(Handle, s, (nuint)sql.Length, f, (nuint)format.Length,
                parameters.Names, parameters.NameLengths, parameters.Values, parameters.ValueLengths, parameters.Count));
        }
    }

    public void Execute(string sql)
    {
        using var none = new Parameters([]);
        using var result = Query(Encoding.UTF8.GetBytes(sql), "Null"u8, none);
    }

    /// <summary>The answer as TabSeparated text.</summary>
    public string Scalar(string sql)
    {
        using var none = new Parameters([]);
        using var result = Query(Encoding.UTF8.GetBytes(sql), "TabSeparatedRaw"u8, none);
        return Encoding.UTF8.GetString(result.GetSpan()).TrimEnd('\n');
    }

    /// <summary>The answer block by block; each block repeats the format's header and footer.</summary>
    public ResultStream Stream(ReadOnlySpan<byte> sql, ReadOnlySpan<byte> format, Parameters parameters)
    {
        fixed (byte* s = sql, f = format)
        {
            return new ResultStream(Handle, Result.Take(Chdb.StreamQuery(Handle, s, (nuint)sql.Length, f, (nuint)format.Length,
                parameters.Names, parameters.NameLengths, parameters.Values, parameters.ValueLengths, parameters.Count)));
        }
    }

    /// <summary>The SQL must contain neither FORMAT nor VALUES; the format's name goes beside it.</summary>
    public InsertStream Insert(ReadOnlySpan<byte> sql, ReadOnlySpan<byte> format, Parameters parameters)
    {
        fixed (byte* s = sql, f = format)
        {
            return new InsertStream(Chdb.StreamInsert(Handle, s, (nuint)sql.Length, f, (nuint)format.Length,
                parameters.Names, parameters.NameLengths, parameters.Values, parameters.ValueLengths, parameters.Count));
        }
    }

    public Chdb.QueryClass Classify(ReadOnlySpan<byte> sql)
    {
        var result = new Chdb.QueryClass { StructSize = (uint)sizeof(Chdb.QueryClass) };
        fixed (byte* s = sql)
        {
            _ = Chdb.Classify(Handle, s, (nuint)sql.Length, null, 0, &result);
        }

        return result;
    }

    public void Dispose()
    {
        if (closed) return;

        closed = true;
        Chdb.Close(outer);
    }
}
