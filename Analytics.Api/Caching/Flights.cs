namespace Analytics.Api.Caching;

/// <summary>
/// Lets equal work happen once: whoever asks for what is being computed waits for it. It is cancelled when nobody waits any more, and only
/// then, so one client's leaving does not take the answer from another.
/// </summary>
internal sealed class Flights<TKey, T>
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, Flight> _all = [];

    public async Task<T> JoinAsync(TKey key, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        Flight flight;
        lock (_gate)
        {
            if (!_all.TryGetValue(key, out flight!))
            {
                _all[key] = flight = new Flight();
                flight.Result = Task.Run(() => FlyAsync(key, flight, work), CancellationToken.None);
            }

            flight.Waiting++;
        }

        try
        {
            return await flight.Result.WaitAsync(cancellationToken);
        }
        finally
        {
            Leave(key, flight);
        }
    }

    private async Task<T> FlyAsync(TKey key, Flight flight, Func<CancellationToken, Task<T>> work)
    {
        try
        {
            return await work(flight.Abandoned.Token);
        }
        finally
        {
            lock (_gate)
                Land(key, flight);
        }
    }

    private void Leave(TKey key, Flight flight)
    {
        lock (_gate)
        {
            if (--flight.Waiting > 0 || flight.Landed)
                return;
            Land(key, flight);
        }

        flight.Abandoned.Cancel();
    }

    private void Land(TKey key, Flight flight)
    {
        flight.Landed = true;
        if (_all.GetValueOrDefault(key) == flight)
            _all.Remove(key);
    }

#pragma warning disable CA1001 // a source without timer and links holds nothing to dispose of
    private sealed class Flight
#pragma warning restore CA1001
    {
        public Task<T> Result { get; set; } = null!;

        public CancellationTokenSource Abandoned { get; } = new();

        public int Waiting { get; set; }

        public bool Landed { get; set; }
    }
}
