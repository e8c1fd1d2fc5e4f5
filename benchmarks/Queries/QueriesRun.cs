using System.Globalization;
using Benchmarks.Measure;
using Benchmarks.Product;

namespace Benchmarks.Queries;

/// <summary>One run: the events, the statements, the questions, whose tables are printed at once, the exports.</summary>
internal sealed class QueriesRun(QueriesOptions options, StandaloneProcess standalone, TimeProvider clock)
{
    private const string ExportedTenant = "exported";
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);

    public async Task<ExportReport> RunAsync(CancellationToken cancellation)
    {
        var history = await FillAsync(cancellation);
        var inquiries = Inquiry.All(history.End);
        var sent = await SentStatements.LearnAsync(standalone, inquiries, history.Keys[History.LargestTenant], cancellation);

        var address = await standalone.StartedAsync();
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address, Timeout = TimeSpan.FromHours(2) };
        using var engine = await EngineClient.OpenAsync(standalone.Data, cancellation);
        await History.SettleAsync(engine, clock, cancellation);
        var (idle, before) = (await IdleAsync(cancellation), Machine.Now());
        var run = new InquiryRun(standalone, http, engine, history.Keys[History.LargestTenant], idle, options, clock);
        var least = await run.LeastAsync(cancellation);
        var results = new List<InquiryResult>();
        foreach (var inquiry in inquiries)
        {
            Say($"asking {inquiry.Name}");
            results.Add(await run.AskAsync(inquiry, sent[inquiry.Name], cancellation));
        }

        var stored = await engine.AskAsync("SELECT count(), countIf(tenant = 'tenant-0') FROM events WHERE tenant != 'exported' FORMAT TSV", cancellation);
        Console.WriteLine(new QueriesReport(stored.Trim().Split('\t'), idle, least, results).Text());
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Machine: {before} before, {Machine.Now()} after the questions."));
        return new ExportReport(await ExportAsync(history, http, engine, cancellation));
    }

    private async Task<History> FillAsync(CancellationToken cancellation)
    {
        if (await History.ReadAsync(standalone.Data, cancellation) is { } filled)
            return filled;
        await standalone.StartedAsync();
        Say($"filling the table with {options.Events:N0} events");
        var started = clock.GetTimestamp();
        var history = await History.FillAsync(standalone, options.Events, options.Seed, clock, cancellation);
        Say($"filled in {clock.GetElapsedTime(started).TotalSeconds:0} s");
        await standalone.StopAsync();
        return history;
    }

    private async Task<IReadOnlyList<ExportResult>> ExportAsync(History history, HttpClient http, EngineClient engine, CancellationToken cancellation)
    {
        var events = options.Exported ?? options.Events;
        if (events == 0)
            return [];
        Say($"filling the tenant to be exported with {events:N0} events");
        await history.AddTenantAsync(engine, ExportedTenant, events, clock, cancellation);
        var keys = await PlatformAdmin.KeysAsync(standalone.Address!, StandaloneProcess.AdminPassword, [ExportedTenant], cancellation);
        var run = new ExportRun(standalone, http, keys[ExportedTenant], events, clock);
        var results = new List<ExportResult>();
        foreach (var format in ExportRun.Formats)
        {
            Say($"exporting as {format}");
            results.Add(await run.RunAsync(format, cancellation));
        }

        return results;
    }

    /// <summary>Seconds of CPU per second while nobody asks anything, which are taken off the questions' figures.</summary>
    private async Task<(double Api, double Engine)> IdleAsync(CancellationToken cancellation)
    {
        await Task.Delay(Idle, clock, cancellation); // what a start leaves to do
        var before = standalone.Sample();
        await Task.Delay(Idle, clock, cancellation);
        var after = standalone.Sample();
        return ((after.Api.Cpu - before.Api.Cpu) / Idle, (after.Engine.Cpu - before.Engine.Cpu) / Idle);
    }

    // The table goes to standard output; what happens, beside it.
    private static void Say(FormattableString what) => Console.Error.WriteLine(what.ToString(CultureInfo.InvariantCulture));
}
