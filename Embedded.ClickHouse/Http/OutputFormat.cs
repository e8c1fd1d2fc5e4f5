using System.Buffers.Binary;

namespace Embedded.ClickHouse.Http;

/// <summary>
/// The engine answers block by block and repeats a format's header and footer in every block. A format can be streamed where
/// these can be cut out again; the others are answered whole.
/// </summary>
internal sealed record OutputFormat(string Name, Func<ReadOnlySpan<byte>, int>? HeaderLength, int FooterLength = 0)
{
    private static readonly Dictionary<string, OutputFormat> Streamed = new OutputFormat[]
    {
        new("RowBinary", null), new("Native", null), new("TabSeparated", null), new("TSV", null), new("TabSeparatedRaw", null), new("TSVRaw", null),
        new("CSV", null), new("JSONEachRow", null), new("JSONLines", null), new("NDJSON", null), new("JSONCompactEachRow", null),
        new("RowBinaryWithNamesAndTypes", NamesAndTypes),
        new("TabSeparatedWithNames", b => Lines(b, 1)), new("TSVWithNames", b => Lines(b, 1)),
        new("TabSeparatedWithNamesAndTypes", b => Lines(b, 2)), new("TSVWithNamesAndTypes", b => Lines(b, 2)),
        new("CSVWithNames", b => CsvLines(b, 1)), new("CSVWithNamesAndTypes", b => CsvLines(b, 2)),
        new("JSONCompactEachRowWithNames", b => Lines(b, 1)), new("JSONCompactEachRowWithNamesAndTypes", b => Lines(b, 2)),
        new("ArrowStream", ArrowSchema, FooterLength: 8),
    }.ToDictionary(f => f.Name, StringComparer.Ordinal);

    /// <summary>Null for a format that cannot be streamed.</summary>
    public static OutputFormat? Find(string name) => Streamed.GetValueOrDefault(name);

    public static string ContentType(string format) => format switch
    {
        "JSON" or "JSONCompact" or "JSONStrings" or "JSONColumns" or "JSONColumnsWithMetadata" or "JSONObjectEachRow" => "application/json; charset=UTF-8",
        "JSONEachRow" or "JSONLines" or "NDJSON" or "JSONCompactEachRow" or "JSONCompactEachRowWithNames"
            or "JSONCompactEachRowWithNamesAndTypes" or "JSONStringsEachRow" => "application/x-ndjson; charset=UTF-8",
        "CSV" or "CSVWithNames" or "CSVWithNamesAndTypes" => "text/csv; charset=UTF-8; header=" + (format == "CSV" ? "absent" : "present"),
        "TabSeparated" or "TSV" or "TabSeparatedRaw" or "TSVRaw" or "TabSeparatedWithNames" or "TSVWithNames"
            or "TabSeparatedWithNamesAndTypes" or "TSVWithNamesAndTypes" => "text/tab-separated-values; charset=UTF-8",
        "Arrow" or "ArrowStream" or "Parquet" or "ORC" or "Avro" or "Native" or "RowBinary" or "RowBinaryWithNames" or "RowBinaryWithNamesAndTypes"
            or "MsgPack" or "Protobuf" or "BSONEachRow" or "Npy" => "application/octet-stream",
        "XML" => "application/xml; charset=UTF-8",
        _ => "text/plain; charset=UTF-8",
    };

    // A count, then that many names and as many types, each with its length in front.
    private static int NamesAndTypes(ReadOnlySpan<byte> block)
    {
        var position = 0;
        for (var strings = 2 * VarInt(block, ref position); strings > 0; strings--)
        {
            var length = VarInt(block, ref position);
            position += length;
        }

        return position;
    }

    private static int VarInt(ReadOnlySpan<byte> block, ref int position)
    {
        var (value, shift) = (0, 0);
        for (; ; shift += 7)
        {
            var b = block[position++];
            value |= (b & 0x7F) << shift;
            if (b < 0x80) return value;
        }
    }

    // Line ends within names and values are escaped in these formats.
    private static int Lines(ReadOnlySpan<byte> block, int count)
    {
        var position = 0;
        for (; count > 0; count--) position += block[position..].IndexOf((byte)'\n') + 1;
        return position;
    }

    private static int CsvLines(ReadOnlySpan<byte> block, int count)
    {
        var (position, quoted) = (0, false);
        while (count > 0)
        {
            var c = block[position++];
            if (c == '"') quoted = !quoted;
            else if (c == '\n' && !quoted) count--;
        }

        return position;
    }

    // Continuation marker, length of the metadata, metadata; a schema has no body.
    private static int ArrowSchema(ReadOnlySpan<byte> block) => 8 + BinaryPrimitives.ReadInt32LittleEndian(block[4..]);
}
