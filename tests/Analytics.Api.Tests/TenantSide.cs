using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Analytics.Api.Tests.Query;
using TestKit;

namespace Analytics.Api.Tests;

/// <summary>One of <see cref="TwoTenants"/>: who it is, what it stored, and clients with its credentials.</summary>
public sealed class TenantSide : IDisposable
{
    /// <summary>Of the user called <see cref="Name"/>.</summary>
    public const string Password = "long enough 123";

    private static readonly DateTimeOffset Start = new(2026, 11, 20, 8, 0, 0, TimeSpan.Zero);

    /// <summary>Also the name of its admin.</summary>
    public required string Name { get; init; }

    /// <summary>In the source, a property's name, a property's value and a type of its own; in its dead letters; in <see cref="Name"/>.</summary>
    public required string Marker { get; init; }

    /// <summary>The property <c>amount</c> of every event.</summary>
    public required double Amount { get; init; }

    public required IReadOnlyList<StoredEvent> Events { get; init; }

    public required HttpClient Admin { get; init; }

    public required HttpClient Analyst { get; init; }

    public required HttpClient Viewer { get; init; }

    /// <summary>Nothing of this tenant is in an answer to another: neither its marker nor its amount, in any case.</summary>
    public void AssertAbsent(string answer, string asked = "")
    {
        foreach (var secret in new[] { Marker, Amount.ToString(CultureInfo.InvariantCulture) })
            Assert.False(answer.Contains(secret, StringComparison.OrdinalIgnoreCase), $"{asked}\nshows {secret} of another tenant:\n{answer}");
    }

    public void Dispose()
    {
        Admin.Dispose();
        Analyst.Dispose();
        Viewer.Dispose();
    }

    internal static async Task<TenantSide> CreateAsync(ApiApplication api, TestDatabase database, string word, double amount, int events)
    {
        var marker = Infrastructure.Unique($"marker{word}").Replace("_", "", StringComparison.Ordinal);
        using var platform = await api.LoginAsync();
        await CreateAsync(platform, "tenants", new { name = marker });
        await CreateAsync(platform, "users", new { username = marker, password = Password, role = "admin", tenant = marker });
        var side = new TenantSide
        {
            Name = marker,
            Marker = marker,
            Amount = amount,
            Events = [.. Enumerable.Range(0, events).Select(i => Event(i, marker, amount))],
            Admin = await api.LoginAsync(marker, Password),
            Analyst = api.WithKey((await api.CreateKeyAsync("analyst", marker)).Key),
            Viewer = api.WithKey((await api.CreateKeyAsync("viewer", marker)).Key),
        };
        await EventTable.StoreAsync(database, marker, side.Events);
        await database.ExecuteAsync($"""
            INSERT INTO dead_letters (tenant, received, code, message, topic, key, value)
            VALUES ('{marker}', '2026-11-20 09:00:00', 'invalid_json', 'Not JSON: {marker}', 'analytics.events', '{marker}', '{marker}')
            """);
        await database.ExecuteAsync($"""
            INSERT INTO ledger (topic, partition, first, last, tenant, minute, accepted, stored)
            VALUES ('analytics.events', 0, 0, {events}, '{marker}', '2026-11-20 09:00:00', {events}, {events})
            """);
        return side;
    }

    // The ids, types, subjects, sessions and times depend on the number alone.
    private static StoredEvent Event(int i, string marker, double amount) => new(
        $"e{i}", i % 10 == 9 ? $"only.{marker}" : i % 2 == 0 ? "page.viewed" : "order.paid", Start.AddMinutes(i), $"subject{i % 5}",
        string.Create(CultureInfo.InvariantCulture, $$"""{"amount":{{amount}},"n":{{i}},"country":"DE","secret":"{{marker}}","only_{{marker}}":true,"nested":{"of":"{{marker}}"} }"""),
        $"/{marker}", $"session{i / 10}", "0af7651916cd43dd8448eb211c80319c", Offset: i);

    private static async Task CreateAsync(HttpClient platform, string what, object body)
    {
        using var answer = await platform.PostAsJsonAsync($"/api/v1/admin/{what}", body);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
    }
}
