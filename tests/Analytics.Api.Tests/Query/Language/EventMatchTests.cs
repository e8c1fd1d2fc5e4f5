using System.Text;
using System.Text.Json;
using Analytics.Api.Query.Language;
using CsCheck;

namespace Analytics.Api.Tests.Query.Language;

/// <summary>Filters in memory say what the oracle says, as the engine's do (<see cref="TimeseriesOracleTests"/>): the tail shows what a query would count.</summary>
public sealed class EventMatchTests
{
    private static readonly string[] Texts = ["DE", "de", "D", "", "true", "false", "[1]", "1", "zz", "ключ", "😀", "\uFFFD", "o'neil"];
    private static readonly string[] Paths = ["country", "amount", "plan.name", "it's", "ключ"];
    private static readonly string[] Attributes = ["id", "type", "source", "subject", "sessionid"];

    private static readonly Gen<object?> Leaf = Gen.Frequency(
        (5, Pick(Texts).Select(text => (object?)text)),
        (4, Gen.Int[-3, 6].Select(number => (object?)(number / 2.0))),
        (2, Gen.Bool.Select(truth => (object?)truth)),
        (1, Pick<object?>(null, new[] { "DE" }, Array.Empty<int>())));

    private static readonly Gen<StoredEvent> Event = Gen.Select(
        Pick("a", "order.paid"), Gen.Int[0, 3], Pick("", "DE", "o'neil", "😀"), Gen.Select(Pick(Paths), Leaf).Array[0, 6], Pick("", "zz"),
        (type, hour, subject, leaves, session) => new StoredEvent("1", type, QueryEngine.Now.AddHours(-hour), subject, Data(leaves), "/it's", session));

    private static readonly Gen<string> Filters = Gen.Select(
        Pick(Filter.Ops), Gen.Int[0, 9], Pick(Paths), Pick(Attributes), Pick(Texts), Gen.Int[-3, 6], Gen.Bool, Gen.Int[0, 3], One).Array[1, 3].Select(filters => $"[{string.Join(',', filters)}]");

    [Fact]
    public void Any_filters_over_any_event_say_what_the_oracle_says() => Gen.Select(Event, Filters).Sample((item, filters) =>
    {
        var asked = JsonElement.Parse(filters);
        var errors = new QueryErrors();
        var match = new EventMatch(Filter.ReadAll(new QueryNode(asked, "", errors)));
        Assert.False(errors.Any, string.Join('\n', errors.All));
        var read = new EventInMemory();
        Assert.True(read.TryRead(Json(item), item.Received.ToUnixTimeMilliseconds()));

        Assert.Equal(asked.EnumerateArray().All(filter => Oracle.Passes(item, filter)), match.Passes(read));
    }, iter: 20_000);

    private static ReadOnlyMemory<byte> Json(StoredEvent item) => Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new
    {
        id = item.Id,
        type = item.Type,
        source = item.Source,
        time = item.Time,
        subject = item.Subject.Length > 0 ? item.Subject : null,
        sessionid = item.SessionId.Length > 0 ? item.SessionId : null,
        data = JsonElement.Parse(item.Data),
    }));

    private static string Data((string Path, object? Leaf)[] leaves)
    {
        var data = new Dictionary<string, object?>();
        foreach (var (path, leaf) in leaves)
            data[path == "plan.name" ? "plan" : path] = path == "plan.name" ? new { name = leaf } : leaf;
        return JsonSerializer.Serialize(data);
    }

    private static string One(string op, int which, string path, string attribute, string text, int number, bool truth, int kind)
    {
        var field = which == 0 ? "time" : which <= 3 ? attribute : "data." + path;
        var isProperty = which > 3;
        object value = which == 0 ? QueryEngine.Now.AddHours(-kind)
            : !isProperty ? text.Length > 0 ? text : "x"
            : kind switch { 0 => number / 2.0, 1 when op is not ("gt" or "gte" or "lt" or "lte") => truth, _ => text };
        return op switch
        {
            "exists" or "absent" => JsonSerializer.Serialize(new { field, op }),
            "in" or "nin" => JsonSerializer.Serialize(new { field, op, value = isProperty ? [text, number / 2.0, truth] : new[] { value } }),
            "contains" or "startsWith" when which == 0 => JsonSerializer.Serialize(new { field, op = "gte", value }),
            "contains" or "startsWith" => JsonSerializer.Serialize(new { field, op, value = text.Length > 0 || isProperty ? text : "x" }),
            _ => JsonSerializer.Serialize(new { field, op, value }),
        };
    }

    private static Gen<T> Pick<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);
}
