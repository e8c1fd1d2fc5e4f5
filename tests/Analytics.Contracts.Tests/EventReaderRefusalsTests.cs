using System.Text;
using System.Text.Json;
using static Analytics.Contracts.EventErrorCodes;

namespace Analytics.Contracts.Tests;

/// <summary>Every way an event can be wrong, alone and as a member of an array.</summary>
public sealed class EventReaderRefusalsTests
{
    private const long Received = 1_795_480_200_000; // 2026-11-24T00:30:00Z
    private const string Good = """{"id":"after","type":"t"}""";

    private readonly EventReader _reader = new();

    public static TheoryData<string, string> Malformed => new()
    {
        { MalformedJson, "" },
        { MalformedJson, " " },
        { MalformedJson, "{" },
        { MalformedJson, """{"type":"t" """ },
        { MalformedJson, """{"type":"t"}}""" },
        { MalformedJson, """{"type":"t"}{"type":"t"}""" },
        { MalformedJson, """{"type":"t",}""" },
        { MalformedJson, """{"type":"t" "id":"x"}""" },
        { MalformedJson, """{'type':'t'}""" },
        { MalformedJson, """{type:"t"}""" },
        { MalformedJson, """{"type":"t"} // comment""" },
        { MalformedJson, """{"type":"t","data":{"a":NaN}}""" },
        { MalformedJson, """{"type":"t","data":{"a":Infinity}}""" },
        { MalformedJson, """{"type":"t","data":{"a":01}}""" },
        { MalformedJson, """{"type":"t","data":{"a":1.}}""" },
        { MalformedJson, """{"type":"t","data":{"a":+1}}""" },
        { MalformedJson, """{"type":"t","data":{"a":0x1F}}""" },
        { MalformedJson, """{"type":"t","data":{"a":"\x"}}""" },
        { MalformedJson, """{"type":"t","data":{"a":"\u12"}}""" },
        { MalformedJson, "{\"type\":\"t\",\"data\":{\"a\":\"line\nbreak\"}}" },
        { MalformedJson, """{"type":"t","data":{"a":[1,2}}}""" },
        { MalformedJson, """{"type":"t","data":{"a":tru}}""" },
        { MalformedJson, "\0" },
    };

    public static TheoryData<string, string> Invalid => new()
    {
        { NotAnObject, "null" },
        { NotAnObject, "7" },
        { NotAnObject, "\"text\"" },
        { NotAnObject, "true" },
        { NotAnObject, """[{"type":"t"}]""" },
        { MissingAttribute, "{}" },
        { MissingAttribute, """{"id":"x"}""" },
        { MissingAttribute, """{"type":null}""" },
        { Empty, """{"type":""}""" },
        { Empty, """{"type":"t","id":""}""" },
        { Empty, """{"type":"t","subject":""}""" },
        { InvalidType, """{"type":7}""" },
        { InvalidType, """{"type":"t","id":7}""" },
        { InvalidType, """{"type":"t","id":{"a":[1]}}""" },
        { InvalidType, """{"type":"t","subject":["u"]}""" },
        { InvalidType, """{"type":"t","source":true}""" },
        { InvalidType, """{"type":"t","time":1795480200}""" },
        { InvalidType, """{"type":"t","sessionid":1}""" },
        { InvalidType, """{"type":"t","traceid":1}""" },
        { InvalidType, """{"type":"t","specversion":1.0}""" },
        { InvalidType, """{"type":"t","datacontenttype":1}""" },
        { InvalidType, """{"type":"t","data":"text"}""" },
        { InvalidType, """{"type":"t","data":[1]}""" },
        { InvalidType, """{"type":"t","data":7}""" },
        { InvalidType, """{"type":"t","ext":{"a":1}}""" },
        { InvalidType, """{"type":"t","ext":[1]}""" },
        { InvalidType, """{"type":"t","ext":1.5}""" },
        { InvalidType, """{"type":"t","ext":2147483648}""" },
        { TooLong, $$"""{"type":"{{new string('t', 129)}}"}""" },
        { TooLong, $$"""{"type":"t","id":"{{new string('i', 65)}}"}""" },
        { TooLong, $$"""{"type":"t","subject":"{{new string('s', 129)}}"}""" },
        { TooLong, $$"""{"type":"t","source":"/{{new string('s', 256)}}"}""" },
        { TooLong, $$"""{"type":"t","sessionid":"{{new string('s', 65)}}"}""" },
        { InvalidCharacter, """{"type":"order paid"}""" },
        { InvalidCharacter, """{"type":"bestellt.über"}""" },
        { InvalidCharacter, """{"type":"t","id":"a\u0000b"}""" },
        { InvalidCharacter, """{"type":"t","subject":"a\nb"}""" },
        { InvalidCharacter, """{"type":"t","subject":"a\u0085b"}""" },
        { InvalidCharacter, """{"type":"t","sessionid":"\u007f"}""" },
        { InvalidCharacter, """{"type":"t","ext":"\u0007"}""" },
        { InvalidEscape, """{"type":"t","subject":"\ud800"}""" },
        { InvalidEscape, """{"type":"t","subject":"\udc00\ud800"}""" },
        { InvalidEscape, """{"type":"t","data":{"a":"x\ud83d"}}""" },
        { InvalidEscape, """{"type":"t","data":{"a":"\ud83d\n"}}""" },
        { InvalidEscape, """{"type":"t","data":{"\ude00":1}}""" },
        { InvalidEscape, """{"type":"t","\ud83dx":1}""" },
        { InvalidSource, """{"type":"t","source":"has space"}""" },
        { InvalidSource, """{"type":"t","source":"/100%"}""" },
        { InvalidSource, """{"type":"t","source":"1a:b"}""" },
        { InvalidSource, """{"type":"t","source":"/a#b#c"}""" },
        { InvalidSource, """{"type":"t","source":"/a[0]"}""" },
        { InvalidSource, """{"type":"t","source":"/<b>"}""" },
        { InvalidTime, """{"type":"t","time":""}""" },
        { InvalidTime, """{"type":"t","time":"yesterday"}""" },
        { InvalidTime, """{"type":"t","time":"2026-02-30T00:00:00Z"}""" },
        { TimeOutOfRange, """{"type":"t","time":"1969-12-31T23:59:59.999Z"}""" },
        { TimeOutOfRange, """{"type":"t","time":"2101-01-01T00:00:00Z"}""" },
        { TimeInFuture, """{"type":"t","time":"2026-11-25T00:30:00.001Z"}""" },
        { InvalidTraceId, """{"type":"t","traceid":"abc"}""" },
        { InvalidTraceId, """{"type":"t","traceid":"00000000000000000000000000000000"}""" },
        { InvalidTraceId, """{"type":"t","traceid":"0af7651916cd43dd8448eb211c80319g"}""" },
        { UnsupportedSpecVersion, """{"type":"t","specversion":"0.3"}""" },
        { UnsupportedSpecVersion, """{"type":"t","specversion":""}""" },
        { UnsupportedData, """{"type":"t","datacontenttype":"text/xml"}""" },
        { UnsupportedData, """{"type":"t","data_base64":"AAAA"}""" },
        { DuplicateAttribute, """{"type":"t","type":"t"}""" },
        { DuplicateAttribute, """{"type":"t","id":null,"id":"x"}""" },
        { DuplicateAttribute, """{"type":"t","\u0074ype":"u"}""" },
        { DuplicateAttribute, """{"type":"t","ext":1,"ext":2}""" },
        { DuplicateAttribute, """{"type":"t","data":{},"data":{}}""" },
        { UnknownAttribute, """{"type":"t","userId":"u"}""" },
        { UnknownAttribute, """{"type":"t","Type":"u"}""" },
        { UnknownAttribute, """{"type":"t","":"u"}""" },
        { UnknownAttribute, """{"type":"t","a-b":"u"}""" },
        { UnknownAttribute, """{"type":"t","abcdefghijklmnopqrstu":"u"}""" },
        { DuplicateKey, """{"type":"t","data":{"a":1,"a":1}}""" },
        { DuplicateKey, """{"type":"t","data":{"a":1,"\u0061":2}}""" },
        { DuplicateKey, """{"type":"t","data":{"x":[{"b":1,"c":2,"b":3}]}}""" },
        { NumberOutOfRange, """{"type":"t","data":{"a":1e400}}""" },
        { NumberOutOfRange, """{"type":"t","data":{"a":[-1E+999]}}""" },
        { NumberOutOfRange, $$"""{"type":"t","data":{"a":{{new string('9', 400)}} } }""" },
        { DataTooDeep, """{"type":"t","data":{"1":{"2":{"3":{"4":{"5":{"6":{"7":{"8":{}}}}}}}}}}""" },
        { DataTooDeep, $$"""{"type":"t","data":{"a":{{new string('[', 5000)}}{{new string(']', 5000)}} } }""" },
        { TooManyKeys, $$"""{"type":"t","data":{{{string.Join(',', Enumerable.Range(0, 201).Select(i => $"\"k{i}\":{i}"))}} } }""" },
        { DataTooLarge, $$"""{"type":"t","data":{"a":"{{new string('x', 65_536)}}"} }""" },
        { EventTooLarge, $$"""{"type":"t",{{new string(' ', 131_072)}}"id":"x"}""" },
        { ExtensionsTooLarge, $$"""{"type":"t","a":"{{new string('x', 1020)}}"}""" },
        { ExtensionsTooLarge, $$"""{"type":"t",{{string.Join(',', Enumerable.Range(0, 150).Select(i => $"\"e{i}\":1"))}}}""" },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    [MemberData(nameof(Invalid))]
    public void Is_refused_with_its_code(string code, string json)
    {
        var read = _reader.TryRead(Encoding.UTF8.GetBytes(json), Received, out var error);

        Assert.False(read);
        Assert.Equal(code, error.Code);
        Assert.NotEmpty(error.Message);
    }

    [Theory]
    [MemberData(nameof(Invalid))]
    public void Is_refused_alone_and_its_neighbours_are_read(string code, string json)
    {
        byte[] document = Encoding.UTF8.GetBytes($"[{Good},{json},{Good}]");
        var reader = new Utf8JsonReader(document, EventReader.DocumentOptions);
        reader.Read();
        var codes = new List<string?>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            _reader.TryRead(ref reader, document, Received, out var error);
            codes.Add(error.Code);
        }

        Assert.Equal([null, code, null], codes);
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_refused()
    {
        foreach (byte[] bad in (byte[][])[[0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x80]])
        {
            byte[] json = [.. "{\"type\":\"t\",\"data\":{\"a\":\""u8, .. bad, .. "\"}}"u8];

            Assert.False(_reader.TryRead(json, Received, out var error));
            Assert.Equal(InvalidUtf8, error.Code);
        }
    }

    [Fact]
    public void Limits_themselves_are_accepted()
    {
        string[] good =
        [
            $$"""{"type":"{{new string('t', 128)}}","id":"{{new string('i', 64)}}","subject":"{{new string('s', 128)}}","source":"{{new string('s', 256)}}","sessionid":"{{new string('s', 64)}}"}""",
            """{"type":"t","time":"2026-11-25T00:30:00Z"}""",
            """{"type":"t","time":"1970-01-01T00:00:00Z"}""",
            """{"type":"t","data":{"1":{"2":{"3":{"4":{"5":{"6":{"7":{}}}}}}}}}""",
            """{"type":"t","data":{"a":1.7976931348623157e308,"b":-5e-324,"c":123456789012345678901234567890}}""",
            $$"""{"type":"t","data":{{{string.Join(',', Enumerable.Range(0, 200).Select(i => $"\"k{i}\":{i}"))}} } }""",
            $$"""{"type":"t","data":{"a":"{{new string('x', 65_528)}}"} }""",
            $$"""{"type":"t","a":"{{new string('x', 1016)}}"}""",
            """{"type":"t","abcdefghijklmnopqrst":"u"}""",
            """{"type":"t","source":"http://[::1]:80/a"}""",
            """{"type":"t","source":"urn:a:b"}""",
            """{"type":"t","source":"mailto:a@b.c"}""",
            """{"type":"t","source":"./a:b"}""",
            """{"type":"t","datacontenttype":"application/vnd.x+json; charset=utf-8","data":{}}""",
        ];

        foreach (var json in good)
            Assert.True(_reader.TryRead(Encoding.UTF8.GetBytes(json), Received, out var error), $"{json}: {error}");
    }

    [Theory]
    [InlineData("Type", "did you mean type?")]
    [InlineData("session_id", "did you mean sessionid?")]
    [InlineData("userId", "did you mean subject?")]
    [InlineData("cart.total", "belong into data")]
    public void Unknown_attributes_come_with_a_hint(string name, string hint)
    {
        _reader.TryRead(Encoding.UTF8.GetBytes($$"""{"type":"t","{{name}}":"x"}"""), Received, out var error);

        Assert.Contains(hint, error.Message);
    }
}
