using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Analytics.Api.Query.Language;
using NodaTime;

namespace Analytics.Api.Export;

/// <summary>
/// Where an export goes on, and the range it began with, so that <c>last</c> does not move in between. The check sum binds it to tenant and
/// question, as <see cref="Query.EventCursor"/>'s does, and for the same reason needs no secret.
/// </summary>
/// <param name="After">Null: from the beginning.</param>
internal sealed record ExportCursor(ExportPosition? After, ResolvedRange? Range)
{
    private const int CheckBytes = 12;

    public string Write(string question)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            json.WriteNumberValue(Range?.FromMs ?? -1);
            json.WriteNumberValue(Range?.ToMs ?? -1);
            if (After is { } row)
            {
                json.WriteStringValue(row.Type);
                json.WriteNumberValue(row.TimeUnixMs);
                json.WriteNumberValue(row.Partition);
                json.WriteNumberValue(row.Offset);
            }

            json.WriteEndArray();
        }

        return Base64Url.EncodeToString([.. Check(buffer.WrittenSpan, question), .. buffer.WrittenSpan]);
    }

    public static ExportCursor? Read(string text, string question)
    {
        if (!Base64Url.IsValid(text))
            return null;

        var bytes = Base64Url.DecodeFromChars(text);
        if (bytes.Length <= CheckBytes || !Check(bytes.AsSpan(CheckBytes), question).AsSpan().SequenceEqual(bytes.AsSpan(0, CheckBytes)))
            return null;

        using var json = JsonDocument.Parse(bytes.AsMemory(CheckBytes));
        var items = json.RootElement.EnumerateArray().ToList();
        var (from, to) = (items[0].GetInt64(), items[1].GetInt64());
        return new ExportCursor(
            items.Count == 2 ? null : new ExportPosition(items[2].GetString()!, items[3].GetInt64(), items[4].GetInt32(), items[5].GetInt64()),
            to < 0 ? null : new ResolvedRange(Instant.FromUnixTimeMilliseconds(from), Instant.FromUnixTimeMilliseconds(to)));
    }

    private static byte[] Check(ReadOnlySpan<byte> payload, string question)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(payload);
        hash.AppendData(Encoding.UTF8.GetBytes(question));
        return hash.GetHashAndReset()[..CheckBytes];
    }
}
