using Analytics.Contracts;
using Ingestion.Worker.Native;

namespace Ingestion.Worker.Streams;

/// <summary>
/// Spreads the leaves of an event's <c>data</c> over two maps by dotted path: numbers to one, strings, booleans (as the texts true and
/// false) and arrays (as their JSON text) to the other. JSON nulls leave no entry.
/// </summary>
internal sealed class PropertyShredder(MapColumn strings, MapColumn numbers) : ILeafVisitor
{
    private readonly LeafWalker walker = new();

    public void Append(ReadOnlySpan<byte> data)
    {
        walker.Walk(data, this);
        strings.EndRow();
        numbers.EndRow();
    }

    void ILeafVisitor.Text(ReadOnlySpan<byte> path, ReadOnlySpan<byte> text, LeafKind kind)
    {
        strings.Keys.WriteString(path);
        strings.Values.WriteString(text);
        strings.CountEntry();
    }

    void ILeafVisitor.Number(ReadOnlySpan<byte> path, double value)
    {
        numbers.Keys.WriteString(path);
        numbers.Values.WriteDouble(value);
        numbers.CountEntry();
    }
}
