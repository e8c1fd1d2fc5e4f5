using System.Text;
using System.Text.Json;
using Analytics.Api.Query;
using TestKit;

namespace Analytics.Api.Tests.Query;

/// <summary>Puts events straight into the table, as the worker would store them.</summary>
internal static class EventTable
{
    private static readonly HttpClient Http = new();

    public static async Task StoreAsync(TestDatabase database, string tenant, IEnumerable<StoredEvent> events, string? token = null)
    {
        var lines = string.Concat(events.Select(item => Line(tenant, item)));
        if (lines.Length == 0)
            return;

        var endpoint = ClickHouseEndpoint.Parse(database.ConnectionString);
        var query = Uri.EscapeDataString($"INSERT INTO {database.Name}.events FORMAT JSONEachRow");
        var deduplication = token is null ? "" : $"&insert_deduplication_token={token}&insert_deduplicate=1&deduplicate_blocks_in_dependent_materialized_views=1";
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{endpoint.Root}?query={query}{deduplication}") { Content = new StringContent(lines, Encoding.UTF8) };
        request.Headers.Authorization = endpoint.Credentials;
        using var answer = await Http.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static string Line(string tenant, StoredEvent item)
    {
        var leaves = item.Leaves().ToList();
        return JsonSerializer.Serialize(new
        {
            tenant,
            type = item.Type,
            time = item.Time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff"),
            id = item.Id,
            source = item.Source,
            subject = item.Subject,
            sessionid = item.SessionId,
            traceid = item.TraceId,
            data = item.Data,
            strings = leaves.Where(leaf => leaf.Leaf.ValueKind != JsonValueKind.Number).ToDictionary(leaf => leaf.Path, leaf => TextOf(leaf.Leaf)),
            numbers = leaves.Where(leaf => leaf.Leaf.ValueKind == JsonValueKind.Number).ToDictionary(leaf => leaf.Path, leaf => leaf.Leaf.GetDouble()),
            received = item.Received.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff"),
            kafka_partition = item.Partition,
            kafka_offset = item.Offset,
        }) + "\n";
    }

    private static string TextOf(JsonElement leaf) => leaf.ValueKind switch
    {
        JsonValueKind.String => leaf.GetString()!,
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => leaf.GetRawText(),
    };
}
