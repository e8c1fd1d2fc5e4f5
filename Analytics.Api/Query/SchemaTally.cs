using System.Globalization;
using System.Text;
using System.Text.Json;
using Analytics.Contracts;

namespace Analytics.Api.Query;

/// <summary>What a sample of one type's events holds: attributes and properties, each with its kinds, how many events have it, and examples.</summary>
internal sealed class SchemaTally : ILeafVisitor
{
    private const int MostExamples = 3;
    private const int LongestExample = 100;

    private readonly LeafWalker _walker = new();
    private readonly Dictionary<string, Found> _attributes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Found> _properties = new(StringComparer.Ordinal);
    private Dictionary<string, Found> _into = [];

    public int Events { get; private set; }

    public void Add(in AnalyticsEvent item)
    {
        Events++;
        _into = _attributes;
        Attribute("source"u8, item.Source);
        Attribute("subject"u8, item.Subject);
        Attribute("sessionid"u8, item.SessionId);
        Attribute("traceid"u8, item.TraceId);
        _walker.Walk(item.Extensions, this);
        _into = _properties;
        _walker.Walk(item.Data, this);
    }

    /// <summary>The most common first.</summary>
    public IEnumerable<(string Name, Found Found)> Attributes => Ordered(_attributes);

    /// <inheritdoc cref="Attributes"/>
    public IEnumerable<(string Name, Found Found)> Properties => Ordered(_properties);

    void ILeafVisitor.Text(ReadOnlySpan<byte> path, ReadOnlySpan<byte> text, LeafKind kind)
    {
        var found = At(path);
        found.Kinds.Add(kind switch { LeafKind.Text => "string", LeafKind.Boolean => "boolean", _ => "array" });
        if (found.Examples.Count < MostExamples)
            found.Example(kind == LeafKind.Boolean ? Encoding.UTF8.GetString(text) : Quoted(text));
    }

    void ILeafVisitor.Number(ReadOnlySpan<byte> path, double value)
    {
        var found = At(path);
        found.Kinds.Add("number");
        if (found.Examples.Count < MostExamples)
            found.Example(value.ToString("R", CultureInfo.InvariantCulture));
    }

    private void Attribute(ReadOnlySpan<byte> name, ReadOnlySpan<byte> text)
    {
        if (!text.IsEmpty)
            ((ILeafVisitor)this).Text(name, text, LeafKind.Text);
    }

    private Found At(ReadOnlySpan<byte> path)
    {
        var name = Encoding.UTF8.GetString(path);
        if (!_into.TryGetValue(name, out var found))
            _into[name] = found = new Found();
        if (found.Last != Events) // "a.b" can be a member's name and a path in the same event
            found.Count++;
        found.Last = Events;
        return found;
    }

    private static IEnumerable<(string Name, Found Found)> Ordered(Dictionary<string, Found> all) =>
        all.OrderByDescending(one => one.Value.Count).ThenBy(one => one.Key, StringComparer.Ordinal).Select(one => (one.Key, one.Value));

    // A longer text ends with an ellipsis, and never within a character.
    private static string Quoted(ReadOnlySpan<byte> utf8)
    {
        var text = Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, 4 * (LongestExample + 1))]);
        if (text.Length > LongestExample)
            text = string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[LongestExample - 1]) ? LongestExample - 1 : LongestExample), "…");
        return JsonSerializer.Serialize(text);
    }

    /// <summary>One attribute or property.</summary>
    internal sealed class Found
    {
        public int Count { get; set; }

        /// <summary>Number of the last event that had it.</summary>
        public int Last { get; set; }

        public SortedSet<string> Kinds { get; } = new(StringComparer.Ordinal);

        /// <summary>JSON of different values, the newest first.</summary>
        public List<string> Examples { get; } = [];

        public void Example(string json)
        {
            if (!Examples.Contains(json))
                Examples.Add(json);
        }
    }
}
