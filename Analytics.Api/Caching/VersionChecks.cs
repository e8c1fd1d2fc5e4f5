using System.Diagnostics;
using Analytics.Api.Query;
using Analytics.Api.Query.Language;
using Microsoft.Extensions.Options;

namespace Analytics.Api.Caching;

/// <summary>
/// Reads what is stored, for many questions with one statement. Whoever asks while a statement runs shares the next one: it starts after
/// they asked, so it sees everything that was stored before they asked. Alone a check costs a millisecond or two; with five hundred
/// clients hundreds share one.
/// </summary>
internal sealed partial class VersionChecks(
    Func<Statement, CancellationToken, Task<QueryResult>> run, IOptions<CacheOptions> options, CacheTelemetry telemetry, ILogger<VersionChecks> log)
{
    private readonly Lock _gate = new();
    private Check? _next;
    private bool _running;

    /// <summary>What the tenant has stored in the hours of the range, read after this call; null when the engine did not tell.</summary>
    public Task<StoredHours?> ReadAsync(string tenant, ResolvedRange range, CancellationToken cancellationToken)
    {
        Check mine;
        var first = false;
        lock (_gate)
        {
            mine = _next ??= new Check();
            mine.Add(tenant, StoredHours.Touched(range));
            if (!_running)
                first = _running = true;
        }

        if (first)
            _ = Task.Run(RunAsync, CancellationToken.None);
        return mine.OfAsync(tenant, cancellationToken);
    }

    private async Task RunAsync()
    {
        while (true)
        {
            Check check;
            lock (_gate)
            {
                if (_next is not { } next)
                {
                    _running = false;
                    return;
                }

                (check, _next) = (next, null);
            }

            check.Finish(await TryReadAsync(check));
        }
    }

    private async Task<IReadOnlyDictionary<string, StoredHours>?> TryReadAsync(Check check)
    {
        var started = Stopwatch.GetTimestamp();
        using var deadline = new CancellationTokenSource(options.Value.CheckTimeout);
        try
        {
            var asked = check.Asked;
            using var result = await run(VersionSql.Of(asked), deadline.Token);
            return StoredHours.Read(result.Bytes, [.. asked.Select(one => one.Tenant)]);
        }
        catch (Exception failure) // whatever it is: those who wait must be told, and can be answered without the cache
        {
            Unknown(failure.Message);
            return null;
        }
        finally
        {
            telemetry.Checks.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
            telemetry.Checked.Add(check.Questions);
        }
    }

    [LoggerMessage(LogLevel.Warning, "What is stored could not be read, questions are answered without the cache: {Reason}")]
    private partial void Unknown(string reason);

    private sealed class Check
    {
        private readonly Dictionary<string, (long From, long To)> _hours = new(StringComparer.Ordinal);
        private readonly TaskCompletionSource<IReadOnlyDictionary<string, StoredHours>?> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Questions { get; private set; }

        /// <summary>Of each tenant the hours from the earliest to the latest that anybody needs.</summary>
        public IReadOnlyList<(string Tenant, long From, long To)> Asked => [.. _hours.Select(one => (one.Key, one.Value.From, one.Value.To))];

        public void Add(string tenant, (long From, long To) hours)
        {
            Questions++;
            _hours[tenant] = _hours.TryGetValue(tenant, out var known)
                ? (Math.Min(known.From, hours.From), Math.Max(known.To, hours.To))
                : hours;
        }

        public void Finish(IReadOnlyDictionary<string, StoredHours>? versions) => _done.SetResult(versions);

        public async Task<StoredHours?> OfAsync(string tenant, CancellationToken cancellationToken) =>
            (await _done.Task.WaitAsync(cancellationToken))?.GetValueOrDefault(tenant);
    }
}
