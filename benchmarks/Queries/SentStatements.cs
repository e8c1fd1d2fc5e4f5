using System.Text.RegularExpressions;
using Benchmarks.Product;

namespace Benchmarks.Queries;

/// <summary>A statement as the API sent it.</summary>
/// <param name="User">Of ClickHouse.</param>
/// <param name="Query">All keys of the URL.</param>
/// <param name="Sql">The body.</param>
internal sealed record SentStatement(string User, string Query, string Sql)
{
    /// <summary>
    /// Whether it computes rows of the answer. The others are the API's own business and count as its overhead: what is stored, for the cache, and
    /// for SQL of analysts what their statement means.
    /// </summary>
    public bool Computes => !Sql.Contains("grain = 'stored'", StringComparison.Ordinal)
        && !Sql.StartsWith("EXPLAIN", StringComparison.Ordinal) && !Sql.Contains("formatQuerySingleLine", StringComparison.Ordinal);
}

/// <summary>
/// What the API sends for each question, read from the log of an engine that writes down whole requests. Only to learn the statements: nothing is
/// measured while that log is on.
/// </summary>
internal static partial class SentStatements
{
    private static readonly (string, string) WholeRequests = ("Logging__LogLevel__Embedded", "Trace");
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(20);
    private const int MostGlances = 500;

    public static async Task<Dictionary<string, IReadOnlyList<SentStatement>>> LearnAsync(
        StandaloneProcess standalone, IReadOnlyList<Inquiry> inquiries, string key, CancellationToken cancellation)
    {
        var file = Path.Combine(standalone.Data, "logs", "clickhouse.log");
        File.Delete(file); // one that begins now is not renamed on the way for its size
        var address = await standalone.StartedAsync(WholeRequests);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address };
        using var engine = await EngineClient.OpenAsync(standalone.Data, cancellation);
        using var log = new LogTail(file);
        var learned = new Dictionary<string, IReadOnlyList<SentStatement>>(StringComparer.Ordinal);
        foreach (var inquiry in inquiries)
        {
            await MarkAsync(engine, log, cancellation);
            using var request = inquiry.Request(key, mayReuse: false);
            using var response = await http.SendAsync(request, cancellation);
            if (!response.IsSuccessStatusCode)
                throw new ProductException($"{inquiry.Name} was answered with {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(cancellation)}");
            // The worker and the health checks speak to the engine too.
            var sent = await MarkAsync(engine, log, cancellation);
            learned[inquiry.Name] = [.. sent.Where(statement => statement.Query.Contains("query_id=api-", StringComparison.Ordinal))];
        }

        await standalone.StopAsync();
        return learned;
    }

    /// <summary>Sends a statement of our own, and gives what the log has before it.</summary>
    private static async Task<List<SentStatement>> MarkAsync(EngineClient engine, LogTail log, CancellationToken cancellation)
    {
        var mark = $"SELECT '{Guid.NewGuid()}'";
        await engine.AskAsync(mark, cancellation);
        var found = new List<SentStatement>();
        for (var glances = 0; glances < MostGlances; glances++)
        {
            foreach (var statement in log.Read().Select(line => Again().Match(line)).Where(match => match.Success).Select(Statement))
            {
                if (statement.Sql == mark)
                    return found;
                found.Add(statement);
            }

            await Task.Delay(Glance, cancellation);
        }

        throw new ProductException("The engine's log does not show what it was asked.");
    }

    private static SentStatement Statement(Match line)
    {
        var keys = line.Groups["url"].Value.Split('&');
        return new SentStatement(line.Groups["user"].Value, string.Join('&', keys[..^1]), Uri.UnescapeDataString(keys[^1]["query=".Length..]));
    }

    [GeneratedRegex(@"Statement \S+ of (?<user>\S+) again: (?<url>\?\S+)$")]
    private static partial Regex Again();

    /// <summary>Whole lines of a file that grows.</summary>
    private sealed class LogTail(string file) : IDisposable
    {
        private readonly StreamReader reader = new(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        private string begun = "";

        public IEnumerable<string> Read()
        {
            var lines = (begun + reader.ReadToEnd()).Split('\n');
            begun = lines[^1];
            return lines.SkipLast(1).Select(line => line.TrimEnd('\r'));
        }

        public void Dispose() => reader.Dispose();
    }
}
