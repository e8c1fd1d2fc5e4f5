using System.Globalization;
using System.Text.Json;
using CsCheck;
using static Analytics.Api.Tests.Query.RandomEvents;

namespace Analytics.Api.Tests.Query;

/// <summary>The real answer equals the oracle's on random events, and golden rows of a real history.</summary>
[Collection(OnQueryEngine.Name)]
public sealed class ValuesTests(QueryEngine engine)
{
    private static readonly Gen<(string Query, IReadOnlyList<StoredEvent> Events)> Questions = Gen.Select(
        FieldName, Gen.Frequency((2, PropertyFilter), (1, AttributeFilter)).Array[0, 1], Pick("", "", "e", "DE", "U", "'", "\\", "1"), Pick("contains", "startsWith"),
        Pick(1, 3, 100), Event.Array[0, 40],
        (field, filters, search, match, limit, events) =>
        {
            var from = DateTimeOffset.Parse("2026-01-01T00:00:00Z", CultureInfo.InvariantCulture);
            var query = JsonSerializer.Serialize(new { range = new { from = from.ToString("O"), to = from.AddDays(3).ToString("O") }, field, filters, search, match, limit });
            return (query, Between(from, from.AddDays(3), events));
        });

    [Fact]
    public async Task Any_question_about_any_events_has_the_oracles_answer() =>
        await Questions.SampleAsync(async question =>
        {
            var tenant = QueryEngine.NewTenant();
            await engine.StoreAsync(tenant, question.Events);

            var answer = await engine.AskAsync(tenant, question.Query, "values");

            AnswerRows.AssertSame(Expected(question.Events, JsonElement.Parse(question.Query)), answer);
        }, iter: Samples.Few(40), threads: 1, print: question => question.Query + "\n" + string.Join('\n', question.Events));

    // zcat FILE | jq -r .data.extension | grep -i cs | sort | uniq -c | sort -rn; zcat FILE | jq .data.merge | sort | uniq -c
    [Fact]
    public async Task Values_of_a_real_history()
    {
        var tenant = QueryEngine.NewTenant();
        await engine.StoreAsync(tenant, RealEvents.Serilog());

        var extensions = await engine.AskAsync(
            tenant, """{"range":{"from":"2013-01-01T00:00:00Z","to":"2027-01-01T00:00:00Z"},"field":"data.extension","search":"CS","limit":3}""", "values");
        var merges = await engine.AskAsync(
            tenant, """{"range":{"from":"2013-01-01T00:00:00Z","to":"2027-01-01T00:00:00Z"},"field":"data.merge"}""", "values");

        Assert.Equal("""[["cs","string",4530],["csproj","string",620],["css","string",69]]""", AnswerRows.Text(extensions));
        Assert.Equal("""[["false","boolean",1386],["true","boolean",405]]""", AnswerRows.Text(merges));
    }

    private static List<object?[]> Expected(IReadOnlyList<StoredEvent> all, JsonElement query)
    {
        var from = query.GetProperty("range").GetProperty("from").GetDateTimeOffset();
        var to = query.GetProperty("range").GetProperty("to").GetDateTimeOffset();
        var field = query.GetProperty("field").GetString()!;
        var search = query.GetProperty("search").GetString()!.ToLowerInvariant();
        var isPrefix = query.GetProperty("match").GetString() == "startsWith";
        var filters = query.GetProperty("filters").EnumerateArray().ToList();
        return
        [
            .. all.Where(item => item.Time >= from && item.Time < to && filters.TrueForAll(filter => Oracle.Passes(item, filter)))
                .Select(item => Oracle.Value(item, field)).OfType<object>()
                .Select(value => (Text: Oracle.Text(value)!, Kind: value switch { string => "string", double => "number", bool => "boolean", _ => "array" }))
                .Where(value => isPrefix
                    ? value.Text.ToLowerInvariant().StartsWith(search, StringComparison.Ordinal)
                    : value.Text.ToLowerInvariant().Contains(search, StringComparison.Ordinal))
                .GroupBy(value => value)
                .OrderByDescending(group => group.Count())
                .ThenBy(group => group.Key.Text, Comparer<string>.Create(Oracle.ByBytes))
                .ThenBy(group => group.Key.Kind, StringComparer.Ordinal)
                .Take(query.GetProperty("limit").GetInt32())
                .Select(group => (object?[])[group.Key.Text, group.Key.Kind, (double)group.Count()]),
        ];
    }
}
