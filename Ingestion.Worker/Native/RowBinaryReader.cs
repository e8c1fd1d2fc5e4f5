using System.Buffers.Binary;

namespace Ingestion.Worker.Native;

/// <summary>
/// Reads rows of one Int64 followed by Strings in ClickHouse's RowBinary format, without making a string of any of them.
/// </summary>
internal sealed class RowBinaryReader(Stream stream)
{
    private readonly (int Start, int Length)[] texts = new (int, int)[8];
    private byte[] buffer = new byte[256 * 1024];
    private int start;
    private int end;
    private bool ended;

    /// <summary>The number that starts the current row.</summary>
    public long Number { get; private set; }

    /// <summary>A string of the current row, valid until the next one is read.</summary>
    public ReadOnlySpan<byte> Text(int index) => buffer.AsSpan(texts[index].Start, texts[index].Length);

    /// <summary>False at the end of the answer.</summary>
    public async ValueTask<bool> ReadRowAsync(int strings, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryParse(strings))
            {
                return true;
            }

            if (ended)
            {
                return start == end ? false : throw new InvalidDataException("The answer ended within a row.");
            }

            await FillAsync(cancellationToken);
        }
    }

    private bool TryParse(int strings)
    {
        var at = start;
        if (end - at < sizeof(long))
        {
            return false;
        }

        var number = BinaryPrimitives.ReadInt64LittleEndian(buffer.AsSpan(at));
        at += sizeof(long);
        for (var i = 0; i < strings; i++)
        {
            if (!TryReadVarUInt(ref at, out var length) || end - at < length)
            {
                return false;
            }

            texts[i] = (at, length);
            at += length;
        }

        Number = number;
        start = at;
        return true;
    }

    private bool TryReadVarUInt(ref int at, out int value)
    {
        value = 0;
        for (var shift = 0; at < end; shift += 7)
        {
            var b = buffer[at++];
            value |= (b & 0x7F) << shift;
            if (b < 0x80)
            {
                return true;
            }
        }

        return false;
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        buffer.AsSpan(start, end - start).CopyTo(buffer);
        end -= start;
        start = 0;
        if (end == buffer.Length)
        {
            Array.Resize(ref buffer, buffer.Length * 2);
        }

        var count = await stream.ReadAsync(buffer.AsMemory(end), cancellationToken);
        end += count;
        ended = count == 0;
    }
}
