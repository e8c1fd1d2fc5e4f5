using System.Globalization;
using Benchmarks.Events;
using Benchmarks.Ingest;
using Benchmarks.Product;

namespace Benchmarks.Kills;

/// <summary>The kills, under load, and what is there afterwards.</summary>
internal sealed class KillCampaign(KillsOptions options, StandaloneProcess victim, TimeProvider clock)
{
    private const int Batch = 50;
    private const double InRecovery = 0.25;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(5);

    private readonly Tally tally = new();
    private readonly Random random = new(options.Seed);

    public async Task<Verdict> RunAsync(CancellationToken stop)
    {
        using var http = new HttpClient(new CurrentAddress(victim)) { BaseAddress = new Uri("http://victim/"), Timeout = TimeSpan.FromSeconds(60) };
        var began = clock.GetUtcNow().AddMinutes(-1);
        victim.Start();
        await UntilAsync("Standalone is ready", () => victim.Address is not null, CancellationToken.None);

        using var enough = new CancellationTokenSource();
        var source = new GeneratedBatches(options.Seed, Batch, clock);
        var poster = new EventPoster(http, StandaloneProcess.IngestKey, tally, clock);
        var posting = Task.WhenAll(Enumerable.Range(0, options.Clients).Select(_ => PostAsync(poster, source, enough.Token)));
        var kills = await KillAsync(stop);

        // Whoever pressed Ctrl-C in a terminal has stopped Standalone as well.
        if (!victim.Runs)
            victim.Start();
        await UntilAsync("Standalone is ready", () => victim.Address is not null, CancellationToken.None);
        await enough.CancelAsync();
        await posting.WaitAsync(Patience, CancellationToken.None);

        var ledger = await SettledAsync(http, began);
        var table = await TableCounts.OfAsync(victim.Data, CancellationToken.None);
        return new Verdict(options.Seed, kills, tally.Accepted, tally.Abandoned, tally.Mistakes.Values.Sum(), table, ledger, victim.Data);
    }

    private async Task<int> KillAsync(CancellationToken stop)
    {
        for (var kill = 1; kill <= options.Count; kill++)
        {
            // All draws of a round before the first of its waits: the seed alone decides them.
            var (recovering, events, wait, name) = (random.NextDouble() < InRecovery, random.Next(100, 6_000), random.Next(1_500), StandaloneProcess.Names[random.Next(StandaloneProcess.Names.Count)]);
            var goal = tally.Accepted + events;
            if (kill == 1 || !recovering)
                await UntilAsync("events are acknowledged again", () => tally.Accepted >= goal, stop);
            await Task.Delay(TimeSpan.FromMilliseconds(recovering ? wait : wait / 30), clock, stop).ContinueWith(_ => { }, TaskScheduler.Default);
            if (stop.IsCancellationRequested)
                return kill - 1;

            var hit = await victim.KillAsync(name);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kill,6}/{options.Count}  {tally.Accepted,12:N0} acknowledged  {hit}{(recovering ? ", in recovery" : "")}"));
            if (!victim.Runs)
                victim.Start();
        }

        return options.Count;
    }

    // As a client is told to: a batch is repeated with its ids until it is acknowledged.
    private async Task PostAsync(EventPoster poster, GeneratedBatches source, CancellationToken enough)
    {
        await Task.Yield();
        var body = new BatchBody();
        var pause = TimeSpan.FromSeconds((double)Batch * options.Clients / options.Rate);
        while (!enough.IsCancellationRequested && source.TryNext(body))
        {
            await poster.PostAsync(body.Bytes, "application/x-ndjson", body.Events, CancellationToken.None);
            await Task.Delay(pause, clock, CancellationToken.None);
        }
    }

    private async Task<LedgerSums> SettledAsync(HttpClient http, DateTimeOffset from)
    {
        var admin = new AdminClient(http, "admin", StandaloneProcess.AdminPassword);
        var ledger = new LedgerSums(0, 0, 0, 0, -1, false);
        await UntilAsync("nothing is in flight", async () =>
        {
            try
            {
                await admin.LoginAsync(CancellationToken.None);
                ledger = await admin.LedgerAsync(from, CancellationToken.None);
                return ledger.InFlight == 0;
            }
            catch (Exception away) when (away is HttpRequestException or OptionException or TaskCanceledException)
            {
                return false; // an engine that was killed last is still on its way
            }
        }, CancellationToken.None);
        return ledger;
    }

    private Task UntilAsync(string what, Func<bool> condition, CancellationToken stop) => UntilAsync(what, () => Task.FromResult(condition()), stop);

    private async Task UntilAsync(string what, Func<Task<bool>> condition, CancellationToken stop)
    {
        for (var started = clock.GetTimestamp(); !stop.IsCancellationRequested && !await condition();)
        {
            if (clock.GetElapsedTime(started) > Patience)
                throw new ProductException($"Not within {Patience.TotalMinutes:0} minutes: {what}. {tally.Accepted} events were acknowledged.");
            if (!victim.Runs)
                victim.Start(); // it gave up by itself, as when an engine did not let go in time; operators start it again, too
            await Task.Delay(Glance, clock, CancellationToken.None);
        }
    }

    /// <summary>Requests go to where Standalone listens now; nowhere while it is down.</summary>
    private sealed class CurrentAddress(StandaloneProcess victim) : DelegatingHandler(new SocketsHttpHandler { UseProxy = false })
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var address = victim.Address ?? throw new HttpRequestException(HttpRequestError.ConnectionError, "It is down.");
            request.RequestUri = new Uri(address, request.RequestUri!.PathAndQuery);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
