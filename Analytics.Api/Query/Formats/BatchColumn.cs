using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Analytics.Api.Query.Language;

namespace Analytics.Api.Query.Formats;

/// <summary>
/// The values of one column, laid out as Arrow lays them out: a bit per row that has a value; 8 bytes per row for numbers and times (Unix
/// milliseconds), or the end of each text, and the texts one after the other. Booleans are numbers here.
/// </summary>
internal sealed class BatchColumn(Column column)
{
    private byte[] _present = new byte[64];
    private byte[] _fixed = new byte[1024];
    private byte[] _text = new byte[1024];

    public Column Column => column;

    public int Count { get; private set; }

    public int Nulls { get; private set; }

    public int TextBytes { get; private set; }

    public bool IsText => column.Type == ColumnType.Text;

    public ReadOnlyMemory<byte> Present => _present.AsMemory(0, (Count + 7) / 8);

    /// <summary>Of numbers: 8 bytes each.</summary>
    public ReadOnlyMemory<byte> Values => _fixed.AsMemory(0, Count * sizeof(long));

    /// <summary>Of texts: where each begins, and where the last ends.</summary>
    public ReadOnlyMemory<byte> Offsets => _fixed.AsMemory(0, (Count + 1) * sizeof(int));

    public ReadOnlyMemory<byte> Text => _text.AsMemory(0, TextBytes);

    public bool IsNull(int row) => (_present[row / 8] & (1 << (row % 8))) == 0;

    public long Integer(int row) => BinaryPrimitives.ReadInt64LittleEndian(_fixed.AsSpan(row * sizeof(long)));

    public double Number(int row) => BitConverter.Int64BitsToDouble(Integer(row));

    public ReadOnlySpan<byte> TextOf(int row)
    {
        var ends = MemoryMarshal.Cast<byte, int>(_fixed.AsSpan());
        return _text.AsSpan(ends[row], ends[row + 1] - ends[row]);
    }

    public void AddNull()
    {
        Nulls++;
        Add(0, present: false);
    }

    public void AddInteger(long value) => Add(value, present: true);

    public void AddNumber(double value) => Add(BitConverter.DoubleToInt64Bits(value), present: true);

    public void AddText(ReadOnlySpan<byte> utf8)
    {
        Grow(ref _text, TextBytes + utf8.Length);
        utf8.CopyTo(_text.AsSpan(TextBytes));
        TextBytes += utf8.Length;
        Add(0, present: true);
    }

    /// <summary>Attributes of events: the empty text is none.</summary>
    public void AddTextOrNull(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
            AddNull();
        else
            AddText(utf8);
    }

    public void Clear()
    {
        (Count, Nulls, TextBytes) = (0, 0, 0);
        Array.Clear(_present);
    }

    private void Add(long value, bool present)
    {
        Grow(ref _present, (Count / 8) + 1);
        Grow(ref _fixed, (Count + 2) * sizeof(long));
        if (present)
            _present[Count / 8] |= (byte)(1 << (Count % 8));
        if (IsText)
            BinaryPrimitives.WriteInt32LittleEndian(_fixed.AsSpan((Count + 1) * sizeof(int)), TextBytes);
        else
            BinaryPrimitives.WriteInt64LittleEndian(_fixed.AsSpan(Count * sizeof(long)), value);
        Count++;
    }

    private static void Grow(ref byte[] bytes, int needed)
    {
        if (bytes.Length < needed)
            Array.Resize(ref bytes, Math.Max(needed, bytes.Length * 2));
    }
}
