using System.Net;

namespace Analytics.Api.Tests.SavedQueries;

/// <summary>What one tenant may keep is bounded in number, versions and bytes. No engine is needed for that.</summary>
public sealed class SavedQueryLimitsTests
{
    private const string Path = "/api/v1/queries";

    [Fact]
    public async Task Queries_and_versions_are_bounded()
    {
        await using var api = Start(("SavedQueries:MaxPerTenant", "2"), ("SavedQueries:MaxVersions", "3"));
        using var client = await api.LoginAsync();
        var id = (await (await client.PostTextAsync(Path, Body("a"))).JsonAsync()).GetProperty("id").GetString();
        await (await client.PostTextAsync(Path, Body("b"))).JsonAsync();

        await (await client.PostTextAsync(Path, Body("c"))).ProblemAsync(HttpStatusCode.Conflict, "quota_reached");
        for (var i = 0; i < 5; i++)
            await (await client.PutAsync($"{Path}/{id}", new StringContent(Body($"a{i}")))).JsonAsync();

        var versions = await (await client.GetAsync($"{Path}/{id}/versions")).JsonAsync();
        Assert.Equal([6, 5, 4], versions.GetProperty("items").EnumerateArray().Select(version => version.GetProperty("version").GetInt32()));
    }

    [Fact]
    public async Task Bytes_are_bounded_and_a_refused_change_changes_nothing()
    {
        await using var api = Start(("SavedQueries:MaxBytesPerTenant", "1024"));
        using var client = await api.LoginAsync();
        var id = (await (await client.PostTextAsync(Path, Body("a"))).JsonAsync()).GetProperty("id").GetString();
        var large = Body("b", new string('x', 1_000));

        await (await client.PostTextAsync(Path, large)).ProblemAsync(HttpStatusCode.Conflict, "quota_reached");
        await (await client.PutAsync($"{Path}/{id}", new StringContent(large))).ProblemAsync(HttpStatusCode.Conflict, "quota_reached");

        var kept = await (await client.GetAsync($"{Path}/{id}")).JsonAsync();
        Assert.Equal(("a", 1), (kept.GetProperty("name").GetString(), kept.GetProperty("version").GetInt32()));
        Assert.Equal(1, (await (await client.GetAsync(Path)).JsonAsync()).GetProperty("items").GetArrayLength());
    }

    private static ApiApplication Start(params (string Name, string Value)[] settings) => new(settings.ToDictionary(setting => setting.Name, setting => (string?)setting.Value));

    private static string Body(string name, string value = "x") =>
        $$"""{"name":"{{name}}","kind":"timeseries","query":{"range":{"last":"1d"},"filters":[{"field":"type","op":"eq","value":"{{value}}"}] } }""";
}
