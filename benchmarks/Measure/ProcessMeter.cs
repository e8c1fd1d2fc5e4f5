using System.Globalization;
using System.Text;

namespace Benchmarks.Measure;

/// <summary>CPU and memory of the product's processes between start and end, sampled each second so that a restarted child counts too.</summary>
internal sealed class ProcessMeter(int? root, IReadOnlyList<int> pids)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    private const double MiB = 1024 * 1024;

    private readonly Dictionary<int, Use> _uses = [];
    private bool _started;
    private long _mostResident;

    public bool Used => root is not null || pids.Count > 0;

    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (Used)
            {
                Sample();
                await Task.Delay(Every, stop);
            }
        }
        catch (OperationCanceledException)
        {
            Sample();
        }
    }

    public string Table(long events)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{"process",-32}{"pid",8}{"CPU s",10}{"µs/event",10}{"RSS MiB",10}{"max",10}{"anon max",10}");
        foreach (var use in _uses.Values.Where(use => use.Cpu > TimeSpan.FromSeconds(0.01)).OrderByDescending(use => use.Cpu))
            text.AppendLine(Row(use.Last.Name, use.Last.Pid.ToString(CultureInfo.InvariantCulture), use.Cpu, events, use.Last.ResidentBytes, use.MostResident, use.MostAnonymous));
        var last = _uses.Values.Sum(use => use.Last.ResidentBytes);
        var anonymous = _uses.Values.Sum(use => use.MostAnonymous);
        text.Append(Row("all", "", TimeSpan.FromTicks(_uses.Values.Sum(use => use.Cpu.Ticks)), events, last, _mostResident, anonymous));
        return text.ToString();
    }

    private static string Row(string name, string pid, TimeSpan cpu, long events, long resident, long most, long anonymous) => string.Create(
        CultureInfo.InvariantCulture,
        $"{name,-32}{pid,8}{cpu.TotalSeconds,10:0.00}{(events > 0 ? cpu.TotalMicroseconds / events : 0),10:0.00}{resident / MiB,10:0}{most / MiB,10:0}{anonymous / MiB,10:0}");

    private void Sample()
    {
        var samples = root is { } top ? ProcessSample.Tree(top) : pids.Select(ProcessSample.Of).OfType<ProcessSample>().ToList();
        foreach (var sample in samples)
        {
            if (!_uses.TryGetValue(sample.Pid, out var use))
                _uses[sample.Pid] = use = new Use(_started ? TimeSpan.Zero : sample.Cpu); // one that came later is ours from its first moment
            use.Add(sample);
        }

        _started = true;
        _mostResident = Math.Max(_mostResident, samples.Sum(sample => sample.ResidentBytes));
    }

    private sealed class Use(TimeSpan before)
    {
        public ProcessSample Last { get; private set; } = null!; // set by the first Add, which follows at once
        public long MostResident { get; private set; }
        public long MostAnonymous { get; private set; }
        public TimeSpan Cpu => Last.Cpu - before;

        public void Add(ProcessSample sample)
        {
            Last = sample;
            MostResident = Math.Max(MostResident, sample.ResidentBytes);
            MostAnonymous = Math.Max(MostAnonymous, sample.AnonymousBytes);
        }
    }
}
