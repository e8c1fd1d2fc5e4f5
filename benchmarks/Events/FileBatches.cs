using System.IO.Compression;
using System.Text;

namespace Benchmarks.Events;

/// <summary>The lines of an NDJSON file (gzip when it ends in .gz) as they are, once, in order.</summary>
internal sealed class FileBatches : IBatchSource, IDisposable
{
    private readonly Lock _gate = new();
    private readonly StreamReader _lines;
    private readonly int _size;

    public FileBatches(string path, int size)
    {
        Stream file = File.OpenRead(path);
        if (path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
            file = new GZipStream(file, CompressionMode.Decompress);
        _lines = new StreamReader(file, new UTF8Encoding(false));
        _size = size;
    }

    public bool TryNext(BatchBody body)
    {
        body.Clear();
        lock (_gate)
        {
            while (body.Events < _size && _lines.ReadLine() is { } line)
            {
                if (string.IsNullOrWhiteSpace(line))
                    continue;
                var room = body.Append(Encoding.UTF8.GetByteCount(line) + 1);
                Encoding.UTF8.GetBytes(line, room);
                room[^1] = (byte)'\n';
                body.Events++;
            }
        }

        return body.Events > 0;
    }

    public void Dispose() => _lines.Dispose();
}
