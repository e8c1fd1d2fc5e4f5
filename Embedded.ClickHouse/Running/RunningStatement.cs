using Embedded.ClickHouse.Native;

namespace Embedded.ClickHouse.Running;

/// <summary>
/// A worker thread and, on it, a connection, for one request. When the token fires, whatever runs is killed, and killed again
/// until it returns: a kill that comes before the engine has begun finds nothing.
/// </summary>
internal sealed class RunningStatement : IAsyncDisposable
{
    private static readonly TimeSpan KillInterval = TimeSpan.FromMilliseconds(50);

    private readonly Engine engine;
    private readonly WorkerPool workers;
    private readonly WorkerThread thread;
    private readonly CancellationToken cancellation;
    private volatile Connection? connection;
    private bool keepsConnection;
    private string key = "";

    private RunningStatement(Engine engine, WorkerPool workers, WorkerThread thread, CancellationToken cancellation)
        => (this.engine, this.workers, this.thread, this.cancellation) = (engine, workers, thread, cancellation);

    public Connection Connection => connection ?? throw new InvalidOperationException("Not connected");

    public static async Task<RunningStatement> BeginAsync(Engine engine, WorkerPool workers, CancellationToken cancellation)
        => new(engine, workers, await workers.RentAsync(cancellation), cancellation);

    /// <summary>On the worker thread only.</summary>
    public void Connect(IReadOnlyCollection<KeyValuePair<string, string>> settings, string database)
    {
        key = IdleConnections.Key(settings, database);
        connection = engine.Idle.Take(key) ?? engine.Connect(settings, database);
    }

    /// <summary>Uses a connection that outlives this statement.</summary>
    public void Borrow(Connection sessions) => (connection, keepsConnection) = (sessions, true);

    /// <summary>Runs a blocking step on the worker thread.</summary>
    public async Task<T> RunAsync<T>(Func<T> step)
    {
        cancellation.ThrowIfCancellationRequested();
        var task = thread.RunAsync(step);
        if (task.IsCompleted || !cancellation.CanBeCanceled) return await task;

        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (cancellation.UnsafeRegister(static s => ((TaskCompletionSource)s!).TrySetResult(), stopped))
        {
            if (await Task.WhenAny(task, stopped.Task) == task) return await task;
        }

        while (!task.IsCompleted)
        {
            if (connection is { } current) await engine.KillAsync(current.Id);
            await Task.WhenAny(task, Task.Delay(KillInterval, CancellationToken.None));
        }

        return await task;
    }

    /// <summary>Runs a step that gives something back to the engine, also after the token has fired.</summary>
    public Task CleanUpAsync(Action step) => thread.RunAsync(() =>
    {
        step();
        return true;
    });

    /// <summary>On the worker thread: ends the connection with the statement's last step, saving a turn.</summary>
    public void Disconnect() => Release(reusable: false);

    /// <summary>The same after a SELECT that went well: the connection is as it was and may serve another request.</summary>
    public void Recycle() => Release(reusable: true);

    private void Release(bool reusable)
    {
        if (keepsConnection || Interlocked.Exchange(ref connection, null) is not { } open) return;

        // Asked after the connection is gone from here: a kill that comes later finds none, and hits nobody else's statement.
        if (reusable && !cancellation.IsCancellationRequested) engine.Idle.Keep(key, open);
        else open.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        if (connection is not null && !keepsConnection) await CleanUpAsync(Disconnect);

        connection = null;
        workers.Return(thread);
    }
}
