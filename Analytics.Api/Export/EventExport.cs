using System.Buffers;
using Analytics.Api.Query;
using Analytics.Api.Query.Language;

namespace Analytics.Api.Export;

/// <summary>Carries events from the engine to a writer, row by row, with one piece of each in memory.</summary>
internal sealed class EventExport(QueryStream rows) : IDisposable
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(256 * 1024);
    private int _length;
    private byte[] _type = [];
    private EventPosition _last;

    public long Rows { get; private set; }

    /// <summary>Where the last row stands; null before the first one.</summary>
    public ExportPosition? Last => Rows == 0
        ? null
        : new ExportPosition(System.Text.Encoding.UTF8.GetString(_type), _last.TimeUnixMs, _last.Partition, _last.Offset);

    /// <summary>Reads the first piece, so that a statement that fails at once fails before anything is sent.</summary>
    public async Task StartAsync() => _length = await rows.ReadAsync(_buffer);

    /// <summary>Writes everything.</summary>
    /// <exception cref="QueryFailedException">The engine failed on the way: what was written is not all.</exception>
    public async Task CopyAsync(EventRowsWriter writer, CancellationToken cancellationToken)
    {
        for (var read = _length; read > 0;)
        {
            var at = 0;
            while (TakeSome(ref at, writer))
                await writer.SendAsync(cancellationToken);
            _buffer.AsSpan(at, _length - at).CopyTo(_buffer);
            _length -= at;
            if (_length == _buffer.Length)
                Grow();
            read = await rows.ReadAsync(_buffer.AsMemory(_length));
            _length += read;
        }

        if (_length > 0)
            throw new QueryFailedException(FailureKind.Away, "The result ended inside a row.");
        await writer.EndAsync(cancellationToken);
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    // True when the writer has enough to send; false when the buffer has no further whole row.
    private bool TakeSome(ref int at, EventRowsWriter writer)
    {
        ReadOnlySpan<byte> rest = _buffer.AsSpan(at, _length - at);
        while (EventRow.TryTake(ref rest, out var row))
        {
            at = _length - rest.Length;
            Rows++;
            _last = row.Position;
            if (!row.Event.Type.SequenceEqual(_type))
                _type = row.Event.Type.ToArray();
            if (writer.Add(row))
                return true;
        }

        return false;
    }

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
