using System.Diagnostics;
using Microsoft.Extensions.Options;

namespace Analytics.Api.Query;

/// <summary>
/// Who may use the engine now. At most N statements run; the others wait, a queue per tenant, and the tenants take turns, so that a thousand
/// questions of one tenant delay another's by one statement and not by a thousand. No tenant holds all places, however long its statements
/// take. Queues are bounded, and so is the wait: a refusal after seconds is better than an answer nobody waits for any more.
/// </summary>
internal sealed class QueryGate
{
    private readonly FairQueue _queue;
    private readonly QueryOptions _options;
    private readonly QueryTelemetry _telemetry;
    private readonly TimeProvider _clock;

    public QueryGate(IOptions<QueryOptions> options, QueryTelemetry telemetry, TimeProvider clock)
    {
        (_options, _telemetry, _clock) = (options.Value, telemetry, clock);
        var places = _options.Places;
        _queue = new FairQueue(places, PlacesOfOneTenant(places), _options.MaxQueued, _options.MaxQueuedPerTenant);
    }

    /// <summary>Statements that run, and that wait.</summary>
    public (int Running, int Waiting) Load => _queue.Load;

    /// <summary>
    /// Threads for a statement that begins now; null: as many as the engine likes. More threads than cores would not end anything sooner, but
    /// make small statements, which every question out of the cache waits for, stand in line behind them.
    /// </summary>
    public int? Threads => _options.EngineCores > 0 ? Math.Max(1, _options.EngineCores / Math.Max(1, Load.Running)) : null;

    /// <summary>Waits for a place in the engine, which is given back when the turn is disposed.</summary>
    /// <exception cref="QueryFailedException">Too many wait already, or no place became free in time.</exception>
    /// <exception cref="OperationCanceledException">The caller went away; its place in the queue is free again.</exception>
    /// <param name="isKnown">Whether the question was answered before: then it is on somebody's screen, and goes ahead of the tenant's others.</param>
    public async ValueTask<Turn> EnterAsync(string tenant, CancellationToken cancellationToken, bool isKnown = false)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var started = _clock.GetTimestamp();
        var waiter = _queue.Enter(tenant, isKnown, out var dropped);
        dropped?.Refuse();
        _telemetry.Waiting.Add(1);
        try
        {
            var outcome = await WaitAsync(waiter, cancellationToken);
            return outcome == Admission.Granted ? new Turn(_queue, waiter) : throw Refusal(outcome);
        }
        finally
        {
            _telemetry.Waiting.Add(-1);
            _telemetry.Wait.Record(_clock.GetElapsedTime(started).TotalSeconds);
        }
    }

    private async Task<Admission> WaitAsync(FairQueue.Waiter waiter, CancellationToken cancellationToken)
    {
        try
        {
            return await waiter.Outcome.WaitAsync(_options.QueueDeadline, _clock, cancellationToken);
        }
        catch (Exception reason) when (reason is TimeoutException or OperationCanceledException)
        {
            _queue.Leave(waiter);
            if (reason is OperationCanceledException)
                throw;
            return Admission.TooLate;
        }
    }

    private QueryFailedException Refusal(Admission outcome)
    {
        _telemetry.Refused.Add(1, new TagList { { "reason", outcome.ToString() } });
        return outcome switch
        {
            Admission.TenantFull => new(FailureKind.TenantBusy, $"{_options.MaxQueuedPerTenant} questions of the tenant wait already."),
            Admission.AllFull => new(FailureKind.Busy, $"{_options.MaxQueued} questions wait already."),
            _ => new(FailureKind.Busy, $"No place became free within {_options.QueueDeadline}."),
        };
    }

    // A quarter, and at least one place, is always left to the others; where there is one place only, they take turns.
    private static int PlacesOfOneTenant(int places) => Math.Max(1, places - Math.Max(1, places / 4));

    /// <summary>A place in the engine.</summary>
    internal readonly struct Turn(FairQueue queue, FairQueue.Waiter waiter) : IDisposable
    {
        public void Dispose() => queue.Leave(waiter);
    }
}
