using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;

namespace Analytics.Contracts.Tests;

/// <summary>What is written is read back equal, and is JSON that others read the same way. CsCheck prints the seed of a failure.</summary>
public sealed class RoundTripTests
{
    private const long Received = 1_795_480_200_000;

    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.Char[' ', '~'], Gen.Const('"'), Gen.Const('\\'), Gen.Char['\u00a0', '\u07ff'], Gen.Char['\u3000', '\ucfff'])
        .Array[1, 40].Select(chars => new string(chars));

    private static readonly Gen<string> Wide = Gen.Select(Text, Gen.Bool, (text, emoji) => emoji ? text + "😀" : text);

    private static readonly Gen<JsonNode?> Leaf = Gen.OneOf(
        Wide.Select(text => (JsonNode?)JsonValue.Create(text)),
        Gen.Double.Where(double.IsFinite).Select(number => (JsonNode?)JsonValue.Create(number)),
        Gen.Long.Select(number => (JsonNode?)JsonValue.Create(number)),
        Gen.Bool.Select(value => (JsonNode?)JsonValue.Create(value)),
        Gen.Const((JsonNode?)null));

    private static readonly Gen<JsonNode?> Value = Gen.Recursive<JsonNode?>((depth, self) => depth >= 5
        ? Leaf
        : Gen.OneOf(Leaf, Object(self), self.Array[0, 3].Select(items => (JsonNode?)new JsonArray([.. items.Select(Copy)]))));

    private static readonly Gen<string?> Data = Object(Value).Select(data => data!.ToJsonString())
        .Select(json => json.Length < 60_000 ? json : null);

    private static readonly Gen<Posted> Events = Gen.Select(
        Wide.Select(text => text[..Math.Min(text.Length, 30)].TrimEnd('\ud83d')),
        Gen.Char["abcXYZ019._:/-"].Array[1, 128].Select(chars => new string(chars)),
        Gen.Select(Wide, Gen.Bool, (text, some) => some ? text : null),
        Gen.Long[EventRules.MinTimeUnixMs, Received + EventRules.MaxAheadMs],
        Gen.Select(Wide, Gen.Bool, (text, some) => some ? text : null),
        Gen.Bool,
        Data,
        (id, type, subject, time, session, trace, data) => new Posted(id, type, subject, time, session, trace, data));

    [Fact]
    public void What_is_written_is_read_back_equal() => Events.Sample(posted =>
    {
        var reader = new EventReader();
        var first = new ArrayBufferWriter<byte>();
        EventWriter.Write(first, posted.ToEvent());

        Assert.True(reader.TryRead(first.WrittenMemory, Received, out var error), error.ToString());
        var again = EventWriter.ToArray(reader.Current, reader.Id);
        Assert.Equal(first.WrittenSpan.ToArray(), again);

        var other = JsonDocument.Parse(first.WrittenMemory).RootElement;
        Assert.Equal(posted.Id, other.GetProperty("id").GetString());
        Assert.Equal(posted.Type, other.GetProperty("type").GetString());
        Assert.Equal(posted.Subject, other.TryGetProperty("subject", out var subject) ? subject.GetString() : null);
        Assert.Equal(posted.Session, other.TryGetProperty("sessionid", out var session) ? session.GetString() : null);
        Assert.Equal(posted.Time, other.GetProperty("time").GetDateTimeOffset().ToUnixTimeMilliseconds());
        Assert.Equal(posted.Data, other.TryGetProperty("data", out var data) ? data.GetRawText() : null);
    }, iter: 3_000);

    [Fact]
    public void Any_bytes_are_read_or_refused_but_never_throw()
    {
        var reader = new EventReader();
        var seeds = new[]
        {
            """{"specversion":"1.0","id":"e-1","type":"order.paid","source":"/x","subject":"u\u0041","time":"2026-11-24T01:30:00.1+01:00","ext":true,"data":{"a":[1,{"b":null}],"c":"\ud83d\ude00"}}""",
            """{"type":"t","traceparent":"00-4BF92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01","data":{"k":1e5}}""",
        };
        Gen.Select(Gen.Int[0, seeds.Length - 1], Gen.Select(Gen.Int[0, 400], Gen.Byte, (at, value) => (at, value)).Array[1, 4], Gen.Int[0, 400]).Sample(
            (seed, changes, length) =>
            {
                var json = Encoding.UTF8.GetBytes(seeds[seed]);
                foreach (var (at, value) in changes)
                    json[at % json.Length] = value;
                json = length % 3 == 0 ? json[..(length % json.Length)] : json;
                if (!reader.TryRead(json, Received, out _))
                    return;

                var canonical = EventWriter.ToArray(reader.Current, reader.HasId ? reader.Id : "i"u8);
                Assert.True(reader.TryRead(canonical, Received, out var error), error.ToString());
            }, iter: 50_000, threads: 1);
    }

    private static Gen<JsonNode?> Object(Gen<JsonNode?> values) =>
        Gen.Dictionary(Wide, values)[0, 3].Select(members => (JsonNode?)new JsonObject(members.ToDictionary(member => member.Key, member => Copy(member.Value))));

    private static JsonNode? Copy(JsonNode? node) => node?.DeepClone();

    private sealed record Posted(string Id, string Type, string? Subject, long Time, string? Session, bool Trace, string? Data)
    {
        public AnalyticsEvent ToEvent() => new()
        {
            Id = Encoding.UTF8.GetBytes(Id),
            Type = Encoding.UTF8.GetBytes(Type),
            Source = "/tests?x=1"u8,
            Subject = Encoding.UTF8.GetBytes(Subject ?? ""),
            TimeUnixMs = Time,
            SessionId = Encoding.UTF8.GetBytes(Session ?? ""),
            TraceId = Trace ? "0af7651916cd43dd8448eb211c80319c"u8 : default,
            Data = Encoding.UTF8.GetBytes(Data ?? ""),
            Extensions = Trace ? """{"region":"eu","n":-5}"""u8 : default,
        };
    }
}
