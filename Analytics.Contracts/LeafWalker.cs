using System.Text.Json;

namespace Analytics.Contracts;

/// <summary>What a leaf of <c>data</c> that is kept as text was.</summary>
public enum LeafKind
{
    /// <summary>A JSON string, unescaped.</summary>
    Text,

    /// <summary>The text <c>true</c> or <c>false</c>.</summary>
    Boolean,

    /// <summary>The JSON text of the array, as posted.</summary>
    Array,
}

/// <summary>Takes the leaves of an event's <c>data</c>. The spans are valid during the call.</summary>
public interface ILeafVisitor
{
    /// <summary>A string, a boolean or an array.</summary>
    void Text(ReadOnlySpan<byte> path, ReadOnlySpan<byte> text, LeafKind kind);

    /// <summary>A number.</summary>
    void Number(ReadOnlySpan<byte> path, double value);
}

/// <summary>
/// Visits the leaves of an event's <c>data</c> by dotted path, in the order of the document. An array is one leaf; JSON nulls are none.
/// The worker stores what it finds and the live tail filters by it, so both mean the same by <c>data.&lt;path&gt;</c>.
/// Reusable, not thread-safe. The JSON has passed <see cref="EventReader"/>, so it is valid and its depth is bounded.
/// </summary>
public sealed class LeafWalker
{
    private readonly int[] _ends = new int[EventRules.MaxDataDepth + 2];
    private byte[] _path = new byte[256];
    private byte[] _scratch = new byte[256];

    /// <summary>Visits every leaf; empty <paramref name="data"/> has none.</summary>
    public void Walk(ReadOnlySpan<byte> data, ILeafVisitor visitor)
    {
        ArgumentNullException.ThrowIfNull(visitor);
        var reader = new Utf8JsonReader(data);
        var length = 0;
        while (!data.IsEmpty && reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    // The path of the object that holds the property, a dot, its name.
                    length = Extend(ref reader, _ends[reader.CurrentDepth]);
                    break;
                case JsonTokenType.StartObject:
                    _ends[reader.CurrentDepth + 1] = length;
                    break;
                case JsonTokenType.StartArray:
                    var start = (int)reader.TokenStartIndex;
                    reader.Skip();
                    visitor.Text(Path(length), data[start..(int)reader.BytesConsumed], LeafKind.Array);
                    break;
                case JsonTokenType.String:
                    visitor.Text(Path(length), Unescaped(ref reader), LeafKind.Text);
                    break;
                case JsonTokenType.True:
                    visitor.Text(Path(length), "true"u8, LeafKind.Boolean);
                    break;
                case JsonTokenType.False:
                    visitor.Text(Path(length), "false"u8, LeafKind.Boolean);
                    break;
                case JsonTokenType.Number when reader.TryGetDouble(out var number) && double.IsFinite(number):
                    visitor.Number(Path(length), number);
                    break;
            }
        }
    }

    private ReadOnlySpan<byte> Path(int length) => _path.AsSpan(0, length);

    private int Extend(ref Utf8JsonReader reader, int parent)
    {
        var name = reader.ValueSpan;
        if (_path.Length < parent + name.Length + 1)
            Array.Resize(ref _path, (parent + name.Length + 1) * 2);
        if (parent > 0)
            _path[parent++] = (byte)'.';

        // Unescaping only shortens.
        return parent + reader.CopyString(_path.AsSpan(parent));
    }

    private ReadOnlySpan<byte> Unescaped(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
            return reader.ValueSpan;
        if (_scratch.Length < reader.ValueSpan.Length)
            _scratch = new byte[reader.ValueSpan.Length];
        return _scratch.AsSpan(0, reader.CopyString(_scratch));
    }
}
