using System.Diagnostics;

namespace TestKit;

/// <summary>Waiting for a condition, with a deadline instead of a guess how long it takes.</summary>
public static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Polls until <paramref name="condition"/> holds.</summary>
    /// <exception cref="TimeoutException">It did not in time (default 60 s); the message has the logs of all child processes.</exception>
    public static Task TrueAsync(string what, Func<Task<bool>> condition, TimeSpan? limit = null) =>
        EqualsAsync(what, true, condition, limit);

    /// <summary>Polls until <paramref name="condition"/> holds.</summary>
    public static Task TrueAsync(string what, Func<bool> condition, TimeSpan? limit = null) =>
        EqualsAsync(what, true, () => Task.FromResult(condition()), limit);

    /// <summary>Polls until <paramref name="read"/> gives <paramref name="expected"/>; the message of a failure has the last value seen.</summary>
    public static async Task EqualsAsync<T>(string what, T expected, Func<Task<T>> read, TimeSpan? limit = null)
    {
        var deadline = limit ?? TimeSpan.FromSeconds(60);
        var clock = Stopwatch.StartNew();
        T last;
        while (!EqualityComparer<T>.Default.Equals(last = await read(), expected))
        {
            if (clock.Elapsed > deadline)
                throw new TimeoutException(
                    $"Not within {deadline.TotalSeconds:0} s: {what}. Expected {expected}, last seen {last}.{Environment.NewLine}{ChildProcess.LogsOfAll()}");
            await Task.Delay(Pause);
        }
    }
}
