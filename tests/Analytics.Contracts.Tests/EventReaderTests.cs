using System.Text;

namespace Analytics.Contracts.Tests;

public sealed class EventReaderTests
{
    private const long Received = 1_795_480_200_000; // 2026-11-24T00:30:00Z

    private readonly EventReader _reader = new();

    [Fact]
    public void Reads_every_attribute()
    {
        Accept("""
            {"specversion":"1.0","id":"e-1","type":"order.paid","source":"https://shop.example/checkout?x=1#a","subject":"user \"7\"",
             "time":"2026-11-24T01:30:00.123456+01:00","sessionid":"s","traceid":"0AF7651916CD43DD8448EB211C80319C","datacontenttype":"application/json",
             "sampled":true,"sequence":7,"region":"eu\u002dwest","data":{"a":[1,{"b":null}],"c":"\ud83d\ude00"}}
            """);

        Assert.True(_reader.HasId);
        Assert.Equal("e-1", Text(_reader.Id));
        Assert.Equal("order.paid", Text(_reader.Type));
        Assert.Equal("https://shop.example/checkout?x=1#a", Text(_reader.Source));
        Assert.Equal("user \"7\"", Text(_reader.Subject));
        Assert.Equal(Received + 123, _reader.TimeUnixMs);
        Assert.Equal("s", Text(_reader.SessionId));
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", Text(_reader.TraceId));
        Assert.Equal("""{"sampled":true,"sequence":7,"region":"eu\u002dwest"}""", Text(_reader.Extensions));
        Assert.Equal("""{"a":[1,{"b":null}],"c":"\ud83d\ude00"}""", Text(_reader.Data));
    }

    [Fact]
    public void Fills_in_what_may_be_left_out()
    {
        Accept("""{"type":"t","id":null,"source":null,"subject":null,"time":null,"sessionid":null,"traceid":null,"data":null,"specversion":null,"x":null}""");

        Assert.False(_reader.HasId);
        Assert.Equal("/", Text(_reader.Source));
        Assert.Equal(Received, _reader.TimeUnixMs);
        Assert.True(_reader.Subject.IsEmpty && _reader.SessionId.IsEmpty && _reader.TraceId.IsEmpty && _reader.Data.IsEmpty);
        Assert.True(_reader.Extensions.IsEmpty);
    }

    [Fact]
    public void Takes_the_trace_id_from_traceparent_unless_it_is_given()
    {
        const string parent = "\"traceparent\":\"00-4BF92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\"";
        Accept($$"""{"type":"t",{{parent}}}""");
        Assert.Equal("4bf92f3577b34da6a3ce929d0e0e4736", Text(_reader.TraceId));

        Accept($$"""{"type":"t",{{parent}},"traceid":"0af7651916cd43dd8448eb211c80319c"}""");
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", Text(_reader.TraceId));

        Accept("""{"type":"t","traceparent":"nonsense"}""");
        Assert.True(_reader.TraceId.IsEmpty);
    }

    [Fact]
    public void Same_key_in_different_objects_is_no_duplicate() =>
        Accept("""{"type":"t","data":{"a":{"a":{"a":1},"b":{"a":2}},"b":[{"a":1},{"a":1}]}}""");

    [Fact]
    public void Counts_characters_and_not_bytes()
    {
        Accept($$"""{"type":"t","subject":"{{string.Concat(Enumerable.Repeat("😀", EventRules.MaxSubjectLength))}}"}""");
        Refuse("too_long", $$"""{"type":"t","subject":"{{string.Concat(Enumerable.Repeat("é", EventRules.MaxSubjectLength + 1))}}"}""");
    }

    [Fact]
    public void A_refused_event_still_tells_its_id()
    {
        Refuse("invalid_type", """{"type":7,"subject":"u","id":"late"}""");

        Assert.Equal("late", Text(_reader.Id));
    }

    [Fact]
    public void Does_not_allocate_at_steady_state()
    {
        var json = Encoding.UTF8.GetBytes(
            """{"id":"e","type":"t","subject":"u\u0041","traceid":"0AF7651916CD43DD8448EB211C80319C","x":"y","data":{"k\u0041":1,"l":[1e3,{"m":2}]}}""");
        for (var i = 0; i < 100; i++)
            Assert.True(_reader.TryRead(json, Received, out _));

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            _reader.TryRead(json, Received, out _);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private void Accept(string json) => Assert.True(_reader.TryRead(Encoding.UTF8.GetBytes(json), Received, out var error), error.ToString());

    private void Refuse(string code, string json)
    {
        Assert.False(_reader.TryRead(Encoding.UTF8.GetBytes(json), Received, out var error));
        Assert.Equal(code, error.Code);
    }

    private static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);
}
