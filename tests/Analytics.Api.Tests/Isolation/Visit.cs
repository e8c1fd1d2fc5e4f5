using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Analytics.Api.Tests.Query;

namespace Analytics.Api.Tests.Isolation;

/// <summary>One tenant asks at one route, for its own things and for those of the other, whom no reply may show.</summary>
internal sealed partial class Visit(string route, Neighbours neighbours, Belongings mine, Belongings theirs)
{
    private static readonly string[] EventColumns =
        ["id", "type", "source", "subject", "time", "sessionid", "traceid", "data", "extensions", "received", "position"];

    private readonly string method = route.Split(' ')[0];
    private readonly string path = route.Split(' ')[1];

    public Belongings Mine => mine;

    public Belongings Theirs => theirs;

    public TenantSide Me => mine.Tenant;

    public TenantSide Other => theirs.Tenant;

    public TwoTenants Tenants => neighbours.Tenants;

    /// <summary>The last segment of the route.</summary>
    public string Last => path[(path.LastIndexOf('/') + 1)..];

    /// <summary>Whatever the reply says: nothing in it is the other's.</summary>
    /// <param name="id">Takes the place of the route's parameter.</param>
    public async Task<Reply> SendAsync(
        HttpClient client, object? body = null, string id = "", string query = "", string? accept = null, string? ifNoneMatch = null, IEnumerable<string>? columns = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), Parameter().Replace(path, id) + query);
        if (body is not null)
            request.Content = new StringContent(body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        if (accept is not null)
            request.Headers.Add("Accept", accept);
        if (ifNoneMatch is not null)
            request.Headers.TryAddWithoutValidation("If-None-Match", ifNoneMatch);

        var reply = await Reply.OfAsync(await client.SendAsync(request), Tenants.Database, columns ?? EventColumns);

        Other.AssertAbsent(reply.Text, $"{route} {query} {body}");
        return reply;
    }

    /// <summary>It succeeds, and the reply is the tenant's own: it shows its marker.</summary>
    public async Task<Reply> OwnAsync(
        HttpClient client, object? body = null, string id = "", string query = "", string? accept = null, string? ifNoneMatch = null, IEnumerable<string>? columns = null)
    {
        var reply = await SendAsync(client, body, id, query, accept, ifNoneMatch, columns);
        Assert.True((int)reply.Status is >= 200 and < 300, $"{route} {query}\n{reply.Text}");
        Assert.True(reply.Text.Contains(Me.Marker, StringComparison.OrdinalIgnoreCase), $"{route} {query} shows nothing of who asks:\n{reply.Text}");
        return reply;
    }

    /// <summary>It succeeds, and the reply is nobody's.</summary>
    public async Task<Reply> NeutralAsync(HttpClient client, object? body = null, string id = "", string query = "")
    {
        var reply = await SendAsync(client, body, id, query);
        Assert.True((int)reply.Status is >= 200 and < 300, $"{route} {query}\n{reply.Text}");
        Me.AssertAbsent(reply.Text, $"{route} {query}");
        return reply;
    }

    public async Task RefusedAsync(HttpStatusCode status, HttpClient client, object? body = null, string id = "", string query = "")
    {
        var reply = await SendAsync(client, body, id, query);
        Assert.True(status == reply.Status, $"{route} {query} {body}: expected {status}\n{reply.Text}");
    }

    /// <summary>The question of a kind, grouped by the secret.</summary>
    public static string Question(string kind) => EveryKind.Ask(kind, EveryKind.Range(TwoTenants.From, TwoTenants.To), "data.secret");

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();
}
