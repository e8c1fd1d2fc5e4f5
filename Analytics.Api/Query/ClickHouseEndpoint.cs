using System.Data.Common;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;

namespace Analytics.Api.Query;

/// <summary>Where ClickHouse listens and who we are, read from a connection string of ClickHouse.Driver's syntax.</summary>
internal sealed record ClickHouseEndpoint(string Root, string Database, AuthenticationHeaderValue? Credentials)
{
    /// <summary>The database of the tables, where that is not the one in which names are looked up.</summary>
    public string TablesDatabase { get; init; } = Database;

    /// <summary>Further settings of every statement, as the end of a query string.</summary>
    public string Settings { get; init; } = "";

    public static ClickHouseEndpoint Parse(string connectionString)
    {
        var parts = new DbConnectionStringBuilder { ConnectionString = connectionString };
        var protocol = Text(parts, "Protocol", "http");
        var port = Text(parts, "Port", protocol == "https" ? "8443" : "8123");
        var root = string.Create(CultureInfo.InvariantCulture, $"{protocol}://{Text(parts, "Host", "localhost")}:{port}/{Text(parts, "Path", "").TrimStart('/')}");
        var user = Text(parts, "Username", "default");
        var password = Text(parts, "Password", "");
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));
        return new ClickHouseEndpoint(root, Text(parts, "Database", "default"), new AuthenticationHeaderValue("Basic", basic));
    }

    private static string Text(DbConnectionStringBuilder parts, string key, string otherwise) =>
        parts.TryGetValue(key, out var value) && Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : otherwise;
}
