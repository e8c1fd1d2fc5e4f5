namespace Embedded.ClickHouse.Running;

/// <summary>Counts the requests in work; once stopping, their token fires and the last one out can be awaited.</summary>
internal sealed class Draining : IDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private readonly TaskCompletionSource empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock gate = new();
    private int inside;

    public CancellationToken Token => stopping.Token;

    public IDisposable Enter()
    {
        lock (gate)
        {
            stopping.Token.ThrowIfCancellationRequested();
            inside++;
        }

        return new Exit(this);
    }

    /// <summary>Kills what runs and waits until nothing uses the engine any more.</summary>
    public async Task StopAsync()
    {
        await stopping.CancelAsync();
        lock (gate)
        {
            if (inside == 0) empty.TrySetResult();
        }

        await empty.Task;
    }

    public void Dispose() => stopping.Dispose();

    private void Leave()
    {
        lock (gate)
        {
            if (--inside == 0 && stopping.IsCancellationRequested) empty.TrySetResult();
        }
    }

    private sealed class Exit(Draining owner) : IDisposable
    {
        public void Dispose() => owner.Leave();
    }
}
