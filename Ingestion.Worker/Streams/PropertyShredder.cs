using System.Text.Json;
using Ingestion.Worker.Native;

namespace Ingestion.Worker.Streams;

/// <summary>
/// Spreads the leaves of an event's <c>data</c> over two maps by dotted path: numbers to one, strings and booleans (as the
/// texts true and false) to the other. An array is one leaf, its JSON text. JSON nulls leave no entry.
/// The JSON has passed <c>EventReader</c>, so it is valid and its depth is bounded.
/// </summary>
internal sealed class PropertyShredder(MapColumn strings, MapColumn numbers)
{
    private readonly int[] ends = new int[Analytics.Contracts.EventRules.MaxDataDepth + 2];
    private byte[] path = new byte[256];
    private byte[] scratch = new byte[256];

    public void Append(ReadOnlySpan<byte> data)
    {
        if (data.Length > 0)
        {
            Walk(data);
        }

        strings.EndRow();
        numbers.EndRow();
    }

    private void Walk(ReadOnlySpan<byte> data)
    {
        var reader = new Utf8JsonReader(data);
        var length = 0;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    // The path of the object that holds the property, a dot, its name.
                    length = Extend(ref reader, ends[reader.CurrentDepth]);
                    break;
                case JsonTokenType.StartObject:
                    ends[reader.CurrentDepth + 1] = length;
                    break;
                case JsonTokenType.StartArray:
                    var start = (int)reader.TokenStartIndex;
                    reader.Skip();
                    AddText(length, data[start..(int)reader.BytesConsumed]);
                    break;
                case JsonTokenType.String:
                    AddText(length, Unescaped(ref reader));
                    break;
                case JsonTokenType.True:
                    AddText(length, "true"u8);
                    break;
                case JsonTokenType.False:
                    AddText(length, "false"u8);
                    break;
                case JsonTokenType.Number when reader.TryGetDouble(out var number) && double.IsFinite(number):
                    numbers.Keys.WriteString(path.AsSpan(0, length));
                    numbers.Values.WriteDouble(number);
                    numbers.CountEntry();
                    break;
            }
        }
    }

    private void AddText(int length, ReadOnlySpan<byte> value)
    {
        strings.Keys.WriteString(path.AsSpan(0, length));
        strings.Values.WriteString(value);
        strings.CountEntry();
    }

    private int Extend(ref Utf8JsonReader reader, int parent)
    {
        var name = reader.ValueSpan;
        if (path.Length < parent + name.Length + 1)
        {
            Array.Resize(ref path, (parent + name.Length + 1) * 2);
        }

        if (parent > 0)
        {
            path[parent++] = (byte)'.';
        }

        // Unescaping only shortens.
        return parent + reader.CopyString(path.AsSpan(parent));
    }

    private ReadOnlySpan<byte> Unescaped(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            return reader.ValueSpan;
        }

        if (scratch.Length < reader.ValueSpan.Length)
        {
            scratch = new byte[reader.ValueSpan.Length];
        }

        return scratch.AsSpan(0, reader.CopyString(scratch));
    }
}
