using System.Text.Json;
using Analytics.Api.Query;

namespace Analytics.Api.Tests.Query;

/// <summary>A question of every kind, for what must hold for all of them. A new kind needs a line here, and then is held to it too.</summary>
internal static class EveryKind
{
    // Grouped by a field; and the column whose sum is the number of subjects when each has one event of type page.viewed.
    private static readonly Dictionary<string, (string Members, string Counts)> Questions = new()
    {
        ["timeseries"] = (""" "interval":"hour","groupBy":["$field"] """, "count"),
        ["breakdown"] = (""" "groupBy":["$field"] """, "count"),
        ["values"] = (""" "field":"$field" """, "count"),
        ["sessions"] = (""" "groupBy":["$field"] """, "sessions"),
        ["funnel"] = (""" "steps":[{"type":"page.viewed"},{"type":"order.paid"}],"window":"2d","groupBy":["$field"] """, "subjects"),
        ["retention"] = (""" "start":{"type":"page.viewed"},"return":{},"periods":3,"cohort":"new","groupBy":["$field"] """, "returned"),
        ["paths"] = (""" "from":{"type":"page.viewed"},"per":"subject","field":"$field" """, "count"),
    };

    public static string Ask(string kind, string range, string field)
    {
        Assert.True(Questions.ContainsKey(kind), $"There is no question of the kind {kind} in {nameof(EveryKind)}.");
        return $$"""{"range":{{range}},{{Questions[kind].Members.Replace("$field", field, StringComparison.Ordinal)}}}""";
    }

    public static string Range(string from, string to) => $$"""{"from":"{{from}}","to":"{{to}}"}""";

    /// <summary>How many subjects an answer counts: in a funnel or retention those of the first step or period.</summary>
    public static long Count(string kind, JsonElement answer)
    {
        var columns = answer.GetProperty("columns").EnumerateArray().Select(column => column.GetProperty("name").GetString()).ToList();
        var (counts, part) = (columns.IndexOf(Questions[kind].Counts), columns.FindIndex(name => name is "step" or "period"));
        var rows = answer.GetProperty("rows").EnumerateArray().ToList();
        return rows.Where(row => part < 0 || row[part].GetInt64() == rows[0][part].GetInt64()).Sum(row => row[counts].GetInt64());
    }

    public static TheoryData<string> Names => [.. QueryKinds.Names];
}
