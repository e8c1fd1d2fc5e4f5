using System.Text.Json;

namespace Analytics.Api.Tests.Query;

/// <summary>Rows of an answer beside those the oracle expects.</summary>
internal static class AnswerRows
{
    /// <summary>All rows as JSON without spaces.</summary>
    public static string Text(JsonElement answer) => JsonSerializer.Serialize(answer.GetProperty("rows"));

    public static void AssertSame(List<object?[]> expected, JsonElement answer)
    {
        var columns = answer.GetProperty("columns").EnumerateArray().ToList();
        var rows = answer.GetProperty("rows").EnumerateArray().ToList();
        Assert.Equal(expected.Count, rows.Count);
        for (var i = 0; i < rows.Count; i++)
        {
            var row = rows[i].EnumerateArray().ToList();
            Assert.Equal(columns.Count, row.Count);
            Assert.Equal(expected[i].Length, row.Count);
            for (var j = 0; j < row.Count; j++)
                Assert.True(Same(expected[i][j], row[j]), $"row {i}, column {j}: expected {expected[i][j] ?? "null"}, got {rows[i]}");
        }
    }

    private static bool Same(object? expected, JsonElement value) => expected switch
    {
        null => value.ValueKind == JsonValueKind.Null,
        string text => value.ValueKind == JsonValueKind.String && value.GetString() == text,
        bool truth => value.ValueKind == (truth ? JsonValueKind.True : JsonValueKind.False),
        double number => value.ValueKind == JsonValueKind.Number && Math.Abs(value.GetDouble() - number) <= 1e-9 * Math.Max(1, Math.Abs(number)),
        _ => false,
    };
}
