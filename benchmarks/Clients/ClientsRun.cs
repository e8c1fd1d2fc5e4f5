using System.Globalization;
using Benchmarks.Measure;
using Benchmarks.Product;

namespace Benchmarks.Clients;

/// <summary>Where the clients ask, and as whom.</summary>
/// <param name="Quiet">Key of another tenant; null: fairness is not measured.</param>
/// <param name="Own">The Standalone, where it is one of our own: its CPU is measured.</param>
internal sealed record Target(Uri Address, string Key, string? Quiet, StandaloneProcess? Own = null);

/// <summary>Clients that ran together for a while.</summary>
/// <param name="Cpu">Of API and engine for all that ran at the time.</param>
internal sealed record Phase(string Name, int Clients, TimeSpan Took, ClientsTally Tally, (TimeSpan Api, TimeSpan Engine) Cpu, string Machine);

/// <summary>The phases, one after another: dashboards only, the mix, a quiet tenant alone, the same beside a noisy one.</summary>
internal sealed class ClientsRun(ClientsOptions options, Target target, TimeProvider clock)
{
    private static readonly TimeSpan QuietPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);

    public async Task<IReadOnlyList<Phase>> RunAsync(CancellationToken stop)
    {
        var whole = options.Duration;
        await TogetherAsync([Group("", target.Key, 8, 0.5, TimeSpan.Zero)], WarmUp, stop); // the runtime compiles, the panels are computed once
        var phases = new List<Phase>();
        phases.AddRange(await TogetherAsync([Group("dashboards only, no pauses", target.Key, options.Clients, 0, TimeSpan.Zero)], whole / 2, stop));
        phases.AddRange(await TogetherAsync([Group(string.Create(CultureInfo.InvariantCulture, $"{1 - options.Heavy:0 %} dashboards, {options.Heavy:0 %} heavy"), target.Key, options.Clients, options.Heavy, options.Pause)], whole, stop));
        if (target.Quiet is not { } quiet)
            return phases;

        phases.AddRange(await TogetherAsync([Quiet("quiet tenant alone")], whole / 2, stop));
        phases.AddRange(await TogetherAsync(
            [Quiet("quiet tenant beside the noisy one"), Group("noisy tenant: heavy only, no pauses", target.Key, options.Clients - options.Quiet, 1, TimeSpan.Zero)], whole / 2, stop));
        return phases;

        (string, string, int, double, TimeSpan) Quiet(string name) => Group(name, quiet, options.Quiet, options.Heavy, QuietPause);
    }

    private async Task<IReadOnlyList<Phase>> TogetherAsync(
        IReadOnlyList<(string Name, string Key, int Clients, double Heavy, TimeSpan Pause)> groups, TimeSpan duration, CancellationToken stop)
    {
        if (groups[0].Name.Length > 0)
            await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{groups[0].Name}, {duration.TotalSeconds:0} s"));
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var (started, before) = (clock.GetTimestamp(), target.Own?.Sample());
        var running = new List<Task>();
        var tallies = new List<ClientsTally>();
        foreach (var group in groups)
        {
            var tally = new ClientsTally();
            tallies.Add(tally);
            running.AddRange(Enumerable.Range(0, group.Clients).Select(number => Task.Run(() => new QueryClient(
                target.Address, group.Key, new QuestionMix(group.Heavy, HashCode(group.Name, number)), group.Pause, tally, clock).RunAsync(enough.Token))));
        }

        enough.CancelAfter(duration);
        await Task.WhenAll(running);
        stop.ThrowIfCancellationRequested();
        var (took, after) = (clock.GetElapsedTime(started), target.Own?.Sample());
        var cpu = before is { } from && after is { } to ? (to.Api.Cpu - from.Api.Cpu, to.Engine.Cpu - from.Engine.Cpu) : default;
        return [.. groups.Zip(tallies, (group, tally) => new Phase(group.Name, group.Clients, took, tally, cpu, Machine.Now()))];
    }

    // The same for the same seed in every process, unlike that of string.
    private int HashCode(string name, int client) => unchecked(name.Aggregate(options.Seed, (hash, letter) => (hash * 31) + letter) + (client * 7919));

    private static (string, string, int, double, TimeSpan) Group(string name, string key, int clients, double heavy, TimeSpan pause) =>
        (name, key, clients, heavy, pause);
}
