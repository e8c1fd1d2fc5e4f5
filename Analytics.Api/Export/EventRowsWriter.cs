using System.Buffers;
using System.Globalization;
using System.Text;
using Analytics.Api.Query;
using Analytics.Api.Query.Formats;
using Analytics.Api.Query.Language;
using Analytics.Contracts;

namespace Analytics.Api.Export;

/// <summary>Events in one of the formats. Rows are added one by one; every now and then what has gathered is sent.</summary>
internal abstract class EventRowsWriter(Stream output) : IAsyncDisposable
{
    public static readonly IReadOnlyList<Column> Columns =
    [
        new("id", ColumnType.Text), new("type", ColumnType.Text), new("source", ColumnType.Text), new("subject", ColumnType.Text),
        new("time", ColumnType.Time), new("sessionid", ColumnType.Text), new("traceid", ColumnType.Text), new("data", ColumnType.Text),
        new("extensions", ColumnType.Text), new("received", ColumnType.Time), new("position", ColumnType.Text),
    ];

    protected Stream Output => output;

    /// <summary>True when it is time to send.</summary>
    public abstract bool Add(in EventRow row);

    public abstract Task SendAsync(CancellationToken cancellationToken);

    /// <summary>Sends the rest and what makes the whole complete.</summary>
    public virtual Task EndAsync(CancellationToken cancellationToken) => SendAsync(cancellationToken);

    public abstract ValueTask DisposeAsync();

    public static EventRowsWriter Of(AnswerFormat format, Stream output) => format switch
    {
        TableFormat table => new TableRows(table, output),
        CsvFormat => new CsvRows(output),
        _ => new NdJsonRows(output),
    };

    private abstract class TextRows(Stream output) : EventRowsWriter(output)
    {
        private const int Piece = 64 * 1024;

        protected ArrayBufferWriter<byte> Text { get; } = new(2 * Piece);

        protected bool IsPiece => Text.WrittenCount >= Piece;

        public override async Task SendAsync(CancellationToken cancellationToken)
        {
            await Output.WriteAsync(Text.WrittenMemory, cancellationToken);
            Text.ResetWrittenCount();
        }

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    /// <summary>One event per line, as <c>GET /events</c> shows it, and its place on the log.</summary>
    private sealed class NdJsonRows(Stream output) : TextRows(output)
    {
        public override bool Add(in EventRow row)
        {
            EventText.WriteLine(Text, row.Event, row.ReceivedUnixMs, row.Position.Partition, row.Position.Offset);
            return IsPiece;
        }
    }

    private sealed class CsvRows : TextRows
    {
        public CsvRows(Stream output)
            : base(output) => Text.Write(Encoding.ASCII.GetBytes(string.Join(',', Columns.Select(column => column.Name)) + "\r\n"));

        public override bool Add(in EventRow row)
        {
            Span<byte> time = stackalloc byte[Rfc3339.FormattedLength];
            var item = row.Event;
            Field(item.Id);
            Field(item.Type);
            Field(item.Source);
            Field(item.Subject);
            Rfc3339.Format(item.TimeUnixMs, time);
            Field(time);
            Field(item.SessionId);
            Field(item.TraceId);
            Field(item.Data);
            Field(item.Extensions);
            Rfc3339.Format(row.ReceivedUnixMs, time);
            Field(time);
            Text.Write(Encoding.ASCII.GetBytes(ExportPosition.PlaceOf(row.Position.Partition, row.Position.Offset)));
            Text.Write("\r\n"u8);
            return IsPiece;
        }

        // Absent is the empty field.
        private void Field(ReadOnlySpan<byte> text)
        {
            if (!text.IsEmpty)
                CsvFormat.WriteText(Text, text);
            Text.Write(","u8);
        }
    }

    private sealed class TableRows : EventRowsWriter
    {
        private readonly MemoryStream _buffer = new(); // the libraries also write synchronously, which a response does not allow
        private readonly TableWriter _table;
        private readonly ColumnBatch _batch = new(Columns);

        public TableRows(TableFormat format, Stream output)
            : base(output) => _table = format.Open(_buffer, Columns);

        public override bool Add(in EventRow row)
        {
            var item = row.Event;
            var columns = _batch.Columns;
            Span<byte> place = stackalloc byte[32];
            columns[0].AddText(item.Id);
            columns[1].AddText(item.Type);
            columns[2].AddText(item.Source);
            columns[3].AddTextOrNull(item.Subject);
            columns[4].AddInteger(item.TimeUnixMs);
            columns[5].AddTextOrNull(item.SessionId);
            columns[6].AddTextOrNull(item.TraceId);
            columns[7].AddTextOrNull(item.Data);
            columns[8].AddTextOrNull(item.Extensions);
            columns[9].AddInteger(row.ReceivedUnixMs);
            columns[10].AddText(Place(row.Position, place));
            return _batch.IsFull;
        }

        public override async Task SendAsync(CancellationToken cancellationToken)
        {
            if (_batch.Rows > 0)
                await _table.WriteAsync(_batch, cancellationToken);
            _batch.Clear();
            await Output.WriteAsync(_buffer.GetBuffer().AsMemory(0, (int)_buffer.Length), cancellationToken);
            _buffer.SetLength(0);
        }

        public override async Task EndAsync(CancellationToken cancellationToken)
        {
            await SendAsync(cancellationToken);
            await _table.EndAsync(cancellationToken);
            await SendAsync(cancellationToken);
        }

        public override ValueTask DisposeAsync() => _table.DisposeAsync();

        private static ReadOnlySpan<byte> Place(EventPosition position, Span<byte> utf8)
        {
            System.Text.Unicode.Utf8.TryWrite(utf8, CultureInfo.InvariantCulture, $"{position.Partition}-{position.Offset}", out var length);
            return utf8[..length];
        }
    }
}
