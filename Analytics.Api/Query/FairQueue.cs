namespace Analytics.Api.Query;

/// <summary>How a wait for a place ended.</summary>
internal enum Admission
{
    /// <summary>The place is the waiter's until it leaves.</summary>
    Granted,

    /// <summary>The tenant's own queue is full.</summary>
    TenantFull,

    /// <summary>All queues together are full, and the tenant's is not the shortest.</summary>
    AllFull,

    /// <summary>No place became free in time.</summary>
    TooLate,
}

/// <summary>
/// Places and the queues in front of them, one per tenant. A free place goes to the tenant whose last turn is longest ago, among those that
/// wait and hold fewer places than one tenant may; of that tenant's waiters those that are known come first, by turns with the others. Pure:
/// no clock, no I/O; every member takes the one lock for a moment.
/// </summary>
internal sealed class FairQueue(int places, int placesPerTenant, int mostWaiting, int mostWaitingPerTenant)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Line> _lines = new(StringComparer.Ordinal);
    private readonly LinkedList<Line> _turns = new(); // lines with waiters, whoever was served last at the end
    private int _running;
    private int _waiting;

    public (int Running, int Waiting) Load
    {
        get
        {
            lock (_gate)
                return (_running, _waiting);
        }
    }

    /// <summary>
    /// Takes a place, or stands in line, or is refused: <see cref="Waiter.Outcome"/> tells. When all queues together are full, the longest
    /// one gives up its newest waiter for a tenant with a shorter one; the caller must then refuse <paramref name="dropped"/>.
    /// </summary>
    /// <param name="isKnown">Whether it was answered before, and so will be asked again: it goes ahead of the tenant's waiters that were not, by turns.</param>
    public Waiter Enter(string tenant, bool isKnown, out Waiter? dropped)
    {
        dropped = null;
        lock (_gate)
        {
            var line = LineOf(tenant);
            var waiter = new Waiter(line, isKnown);
            if (_running < places && line.Running < placesPerTenant && line.Waiting.Count == 0)
                Grant(waiter);
            else if (line.Waiting.Count >= mostWaitingPerTenant)
                waiter.End(Admission.TenantFull);
            else if (_waiting >= mostWaiting && !TryMakeRoom(line, out dropped))
                waiter.End(Admission.AllFull);
            else
                Append(waiter);
            Forget(line);
            return waiter;
        }
    }

    /// <summary>Gives the place back, or leaves the line. Any number of times.</summary>
    public void Leave(Waiter waiter)
    {
        lock (_gate)
        {
            if (waiter.Place is { } place)
                Remove(waiter, place);
            else if (waiter.TryGiveBack())
                (_running, waiter.Line.Running) = (_running - 1, waiter.Line.Running - 1);
            Serve();
            Forget(waiter.Line);
        }
    }

    private void Serve()
    {
        for (var next = _turns.First; next is not null && _running < places;)
        {
            var (line, after) = (next.Value, next.Next);
            if (line.Running < placesPerTenant)
            {
                var waiter = line.Next();
                Remove(waiter, waiter.Place!);
                Grant(waiter);
                if (line.Turn is { } turn)
                {
                    _turns.Remove(turn);
                    _turns.AddLast(turn);
                    after ??= _turns.First;
                }
            }

            next = after;
        }
    }

    private void Grant(Waiter waiter)
    {
        (_running, waiter.Line.Running) = (_running + 1, waiter.Line.Running + 1);
        waiter.Grant();
    }

    private void Append(Waiter waiter)
    {
        var unknown = waiter.IsKnown ? waiter.Line.FirstUnknown : null;
        waiter.Place = unknown is null ? waiter.Line.Waiting.AddLast(waiter) : waiter.Line.Waiting.AddBefore(unknown, waiter);
        waiter.Line.Turn ??= _turns.AddLast(waiter.Line);
        _waiting++;
    }

    private void Remove(Waiter waiter, LinkedListNode<Waiter> place)
    {
        var line = waiter.Line;
        line.Waiting.Remove(place);
        waiter.Place = null;
        _waiting--;
        if (line.Waiting.Count > 0 || line.Turn is not { } turn)
            return;
        _turns.Remove(turn);
        line.Turn = null;
    }

    private bool TryMakeRoom(Line line, out Waiter? dropped)
    {
        var longest = _turns.MaxBy(other => other.Waiting.Count);
        dropped = longest is not null && longest.Waiting.Count > line.Waiting.Count + 1 ? longest.Waiting.Last!.Value : null;
        if (dropped is not null)
            Remove(dropped, dropped.Place!);
        return dropped is not null;
    }

    private Line LineOf(string tenant)
    {
        if (!_lines.TryGetValue(tenant, out var line))
            _lines.Add(tenant, line = new Line(tenant));
        return line;
    }

    // Tenants that want nothing leave nothing behind.
    private void Forget(Line line)
    {
        if (line is { Running: 0, Waiting.Count: 0 } && _lines.GetValueOrDefault(line.Tenant) == line)
            _lines.Remove(line.Tenant);
    }

    internal sealed class Line(string tenant)
    {
        private bool _servedKnown;

        public string Tenant => tenant;

        public LinkedList<Waiter> Waiting { get; } = new();

        public LinkedListNode<Waiter>? FirstUnknown
        {
            get
            {
                var node = Waiting.First;
                while (node?.Value.IsKnown is true)
                    node = node.Next;
                return node;
            }
        }

        /// <summary>Who is served next: never two known ones in a row while another waits, or those would wait for ever.</summary>
        public Waiter Next()
        {
            var next = _servedKnown && FirstUnknown is { } unknown ? unknown.Value : Waiting.First!.Value;
            _servedKnown = next.IsKnown;
            return next;
        }

        public LinkedListNode<Line>? Turn { get; set; }

        public int Running { get; set; }
    }

    /// <summary>One that wants a place. Everything but <see cref="Outcome"/> belongs to the queue.</summary>
    internal sealed class Waiter(Line line, bool isKnown)
    {
        private readonly TaskCompletionSource<Admission> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private bool _holds;

        public Task<Admission> Outcome => _outcome.Task;

        public Line Line => line;

        public bool IsKnown => isKnown;

        public LinkedListNode<Waiter>? Place { get; set; }

        public void Grant() => _holds = _outcome.TrySetResult(Admission.Granted);

        public void End(Admission refusal) => _outcome.TrySetResult(refusal);

        public bool TryGiveBack() => _holds && !(_holds = false);

        /// <summary>For one that had to make room: its own tenant has the longest queue.</summary>
        public void Refuse() => End(Admission.TenantFull);
    }
}
