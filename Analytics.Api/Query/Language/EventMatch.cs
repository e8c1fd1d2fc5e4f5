using System.Text;
using Analytics.Contracts;

namespace Analytics.Api.Query.Language;

/// <summary>
/// Filters over an event in memory. Says for every event what <see cref="FieldSql.Condition"/> says for its row: kinds never mix, strings
/// compare by their bytes, <c>ne</c>, <c>nin</c> and <c>absent</c> are the opposites of <c>eq</c>, <c>in</c> and <c>exists</c>.
/// </summary>
internal sealed class EventMatch
{
    private readonly Test[] _tests;

    public EventMatch(IEnumerable<Filter> filters) =>
        _tests = [.. filters.Select(filter => new Test(filter)).OrderBy(test => test.IsProperty)]; // attributes first: they cost no walk

    public bool Passes(EventInMemory item)
    {
        foreach (var test in _tests)
            if (!test.Passes(item))
                return false;
        return true;
    }

    private sealed class Test
    {
        private readonly Field _field;
        private readonly string _op;
        private readonly bool _opposite;
        private readonly byte[] _path;
        private readonly Utf8Set _texts;
        private readonly HashSet<double> _numbers;
        private readonly HashSet<bool> _booleans;
        private readonly HashSet<long> _times;
        private readonly Literal _value;
        private readonly byte[] _text;

        public Test(Filter filter)
        {
            _field = filter.Field;
            (_op, _opposite) = filter.Op switch
            {
                "eq" => ("in", false),
                "ne" or "nin" => ("in", true),
                "absent" => ("exists", true),
                var op => (op, false),
            };
            _path = Encoding.UTF8.GetBytes(filter.Field.Path);
            _texts = new Utf8Set(Of(filter, LiteralKind.Text).Select(value => value.Text));
            _numbers = [.. Of(filter, LiteralKind.Number).Select(value => value.Number)];
            _booleans = [.. Of(filter, LiteralKind.Boolean).Select(value => value.Boolean)];
            _times = [.. Of(filter, LiteralKind.Time).Select(value => value.UnixMs)];
            _value = filter.Values.Count > 0 ? filter.Values[0] : default;
            _text = Encoding.UTF8.GetBytes(_value.Text ?? "");
        }

        public bool IsProperty => _field.Kind == FieldKind.Property;

        public bool Passes(EventInMemory item) => _opposite != _field.Kind switch
        {
            FieldKind.Time => PassesTime(item.Time(_field.Name)),
            FieldKind.Text => PassesAttribute(item.Text(_field.Name)),
            _ => PassesProperty(item.Leaves),
        };

        private bool PassesTime(long time) => _op switch
        {
            "exists" => true,
            "in" => _times.Contains(time),
            _ => Holds(time.CompareTo(_value.UnixMs)),
        };

        private bool PassesAttribute(ReadOnlySpan<byte> text) => !text.IsEmpty && (_op == "exists" || PassesText(text));

        private bool PassesProperty(EventLeaves leaves)
        {
            var isText = leaves.TryText(_path, out var text, out var kind);
            var isNumber = leaves.TryNumber(_path, out var number);
            if (_op == "exists")
                return isText || isNumber;
            if (_op == "in")
                return (isNumber && _numbers.Contains(number)) || (isText && kind switch
                {
                    LeafKind.Text => _texts.Contains(text),
                    LeafKind.Boolean => _booleans.Contains(text.Length == 4),
                    _ => false,
                });
            return _value.Kind == LiteralKind.Number
                ? isNumber && Holds(number.CompareTo(_value.Number))
                : isText && kind == LeafKind.Text && PassesText(text);
        }

        private bool PassesText(ReadOnlySpan<byte> text) => _op switch
        {
            "in" => _texts.Contains(text),
            "contains" => text.IndexOf(_text) >= 0,
            "startsWith" => text.StartsWith(_text),
            _ => Holds(text.SequenceCompareTo(_text)),
        };

        private bool Holds(int order) => _op switch
        {
            "gt" => order > 0,
            "gte" => order >= 0,
            "lt" => order < 0,
            "lte" => order <= 0,
            _ => throw new InvalidOperationException(_op),
        };

        private static IEnumerable<Literal> Of(Filter filter, LiteralKind kind) => filter.Values.Where(value => value.Kind == kind);
    }

    /// <summary>Texts that bytes are looked up in: a filter may have a thousand, and every event is asked.</summary>
    private sealed class Utf8Set : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        private readonly HashSet<byte[]>.AlternateLookup<ReadOnlySpan<byte>> _lookup;

        public Utf8Set(IEnumerable<string> texts) =>
            _lookup = texts.Select(Encoding.UTF8.GetBytes).ToHashSet(this).GetAlternateLookup<ReadOnlySpan<byte>>();

        public bool Contains(ReadOnlySpan<byte> text) => _lookup.Contains(text);

        public bool Equals(byte[]? left, byte[]? right) => left.AsSpan().SequenceEqual(right);

        public int GetHashCode(byte[] text) => GetHashCode(text.AsSpan());

        public bool Equals(ReadOnlySpan<byte> left, byte[] right) => left.SequenceEqual(right);

        public int GetHashCode(ReadOnlySpan<byte> text)
        {
            var hash = new HashCode();
            hash.AddBytes(text);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> text) => text.ToArray();
    }
}
