using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Analytics.Api.Tests.Query.Sql;

/// <summary>A statement as a hostile analyst sends it, and what every answer to it must be like.</summary>
internal sealed partial record SqlAttempt(string Sql, string Parameters)
{
    /// <summary>The corpus in <c>escapes.txt</c>.</summary>
    public static IReadOnlyList<SqlAttempt> ReadAll(TwoTenants tenants)
    {
        using var file = new StreamReader(typeof(SqlAttempt).Assembly.GetManifestResourceStream("Analytics.Api.Tests.Query.Sql.escapes.txt")!);
        return file.ReadToEnd().Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => Read(line, tenants)).ToList();
    }

    /// <summary>Sends it as the analyst of <see cref="TwoTenants.Own"/>; what is wrong with the answer, or null.</summary>
    public async Task<(HttpStatusCode Status, string? Fault)> SendAsync(TwoTenants tenants)
    {
        var body = $"{{\"query\":{JsonSerializer.Serialize(Sql)}{(Parameters.Length > 0 ? $",\"parameters\":{Parameters}" : "")}}}";
        var answer = await tenants.Own.Analyst.PostTextAsync("/api/v1/sql", body);
        for (var again = 0; again < 3 && answer.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests; again++)
            answer = await tenants.Own.Analyst.PostTextAsync("/api/v1/sql", body); // other tests use the engine, too
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, Judge(answer.StatusCode, text, tenants) is { } fault ? $"{fault}\n  {Sql} {Parameters}\n  {(int)answer.StatusCode} {text}" : null);
    }

    /// <summary>What an answer shows that it must not show; null when nothing.</summary>
    public string? Judge(HttpStatusCode status, string text, TwoTenants tenants)
    {
        // What the statement itself says may come back as such.
        var answer = text.Replace(JsonSerializer.Serialize(Sql)[1..^1], "", StringComparison.Ordinal);
        var said = Sql.Contains(tenants.Foreign.Marker, StringComparison.Ordinal);
        if (!said && answer.Contains(tenants.Foreign.Marker, StringComparison.OrdinalIgnoreCase))
            return "shows the other tenant's marker";
        if (answer.Contains("7000003.75", StringComparison.Ordinal))
            return "shows the other tenant's amount";
        if (status == HttpStatusCode.OK)
            return Counts().IsMatch(JsonElement.Parse(text).GetProperty("rows").GetRawText()) ? "counts the other tenant's events" : null;
        if (!answer.Contains("\"invalid_sql\"", StringComparison.Ordinal) && !answer.Contains("\"query_too_expensive\"", StringComparison.Ordinal)
            && !answer.Contains("\"result_too_large\"", StringComparison.Ordinal) && !answer.Contains("\"query_timeout\"", StringComparison.Ordinal))
            return "is no clean refusal";
        return !Sql.Contains(tenants.Database.Name, StringComparison.Ordinal) && answer.Contains(tenants.Database.Name, StringComparison.Ordinal) ? "names a database"
            : Internals().IsMatch(answer) ? "shows the engine's insides" : null;
    }

    private static SqlAttempt Read(string line, TwoTenants tenants)
    {
        var parts = line.Replace("$DB", tenants.Database.Name, StringComparison.Ordinal).Replace("$FOREIGN", tenants.Foreign.Name, StringComparison.Ordinal).Split(" ||| ");
        var sql = Escape().Replace(parts[0], match => match.Value switch
        {
            @"\\" => @"\",
            @"\n" => "\n",
            @"\t" => "\t",
            _ => ((char)Convert.ToInt32(match.Value[2..], 16)).ToString(),
        });
        return new SqlAttempt(sql, parts.Length > 1 ? parts[1] : "");
    }

    [GeneratedRegex(@"\\(?:\\|n|t|u[0-9a-f]{4})")]
    private static partial Regex Escape();

    // 80 events are the other's, 110 are all.
    [GeneratedRegex(@"[\[,](?:80|110)[\],]")]
    private static partial Regex Counts();

    [GeneratedRegex(@"DB::|__table\d|127\.0\.0\.1|/tmp/(?!never|x|a\.db)|additional_table_filters(?! is)|Stack trace|kafka_offset[^ ]*UInt|libchdb")]
    private static partial Regex Internals();
}
