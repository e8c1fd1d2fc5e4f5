using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Analytics.Api.Query;

/// <summary>A row of <see cref="QueryRunner.JsonRows"/>, cut into pieces where it must be; the pieces are copied, not parsed.</summary>
internal static class JsonRow
{
    /// <summary>The next line without its brackets; false at the end.</summary>
    public static bool TryTake(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> row)
    {
        row = default;
        if (rest.IsEmpty)
            return false;

        var end = rest.IndexOf((byte)'\n');
        var line = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..];
        row = line[1..^1];
        return true;
    }

    /// <summary>Cuts off the first value, and the comma behind it.</summary>
    public static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> row)
    {
        var end = row[0] == '"' ? EndOfString(row) : row.IndexOf((byte)',');
        var value = end < 0 ? row : row[..end];
        row = row[value.Length..];
        if (!row.IsEmpty)
            row = row[(row.Length > 1 && row[1] == ' ' ? 2 : 1)..];
        return value;
    }

    public static long TakeInteger(ref ReadOnlySpan<byte> row) =>
        long.Parse(Take(ref row), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    /// <summary>The first <paramref name="count"/> values together.</summary>
    public static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> row, int count)
    {
        var whole = row;
        var last = row;
        for (var i = 0; i < count; i++)
        {
            last = row;
            Take(ref row);
        }

        var behind = last;
        var value = Take(ref behind);
        return whole[..(whole.Length - last.Length + value.Length)];
    }

    public static string? Text(ReadOnlySpan<byte> value) => value[0] == '"' ? Unescape(value) : null;

    private static string Unescape(ReadOnlySpan<byte> value)
    {
        if (value.IndexOf((byte)'\\') < 0)
            return Encoding.UTF8.GetString(value[1..^1]);

        var json = new Utf8JsonReader(value);
        json.Read();
        return json.GetString()!;
    }

    private static int EndOfString(ReadOnlySpan<byte> text)
    {
        for (var at = 1; ; at++)
        {
            at += text[at..].IndexOfAny((byte)'"', (byte)'\\');
            if (text[at] == '"')
                return at + 1;
            at++;
        }
    }
}
