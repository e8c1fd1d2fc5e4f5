using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;

namespace ServiceDefaults;

/// <summary>
/// The <c>process.*</c> metrics of OpenTelemetry's conventions: CPU time, resident memory, threads, open files, uptime.
/// Read from the operating system at each collection, never in between.
/// </summary>
internal sealed class ProcessMeter : IHostedService, IDisposable
{
    public const string Name = "Auterity.Process";

    private readonly Meter meter;
    private readonly TimeProvider time;
    private readonly DateTimeOffset started;

    public ProcessMeter(IMeterFactory meters, TimeProvider? time = null)
    {
        this.time = time ?? TimeProvider.System;
        using (var self = Process.GetCurrentProcess())
            started = self.StartTime;

        meter = meters.Create(Name);
        meter.CreateObservableCounter("process.cpu.time", CpuTime, "s", "CPU time by mode");
        meter.CreateObservableUpDownCounter("process.memory.usage", () => Environment.WorkingSet, "By", "Resident memory");
        meter.CreateObservableUpDownCounter("process.memory.virtual", () => Read(process => process.VirtualMemorySize64), "By", "Reserved addresses");
        meter.CreateObservableUpDownCounter("process.thread.count", () => Read(process => process.Threads.Count), "{thread}", "Threads");
        meter.CreateObservableGauge("process.uptime", () => (this.time.GetUtcNow() - started).TotalSeconds, "s", "Age of the process");
        if (Directory.Exists(OpenFiles))
            meter.CreateObservableUpDownCounter("process.unix.file_descriptor.count", CountOpenFiles, "{file_descriptor}", "Open files and sockets");
    }

    private const string OpenFiles = "/proc/self/fd";

    // Hosted only to be created at start; the meter does the rest.
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => meter.Dispose();

    private static Measurement<double>[] CpuTime()
    {
        var usage = Environment.CpuUsage;
        return
        [
            new(usage.UserTime.TotalSeconds, new KeyValuePair<string, object?>("cpu.mode", "user")),
            new(usage.PrivilegedTime.TotalSeconds, new KeyValuePair<string, object?>("cpu.mode", "system")),
        ];
    }

    private static long Read(Func<Process, long> value)
    {
        using var self = Process.GetCurrentProcess();
        return value(self);
    }

    private static long CountOpenFiles() => Directory.EnumerateFileSystemEntries(OpenFiles).LongCount();
}
