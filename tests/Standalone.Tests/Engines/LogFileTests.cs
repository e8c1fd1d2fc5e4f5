using Standalone.Engines;
using TestKit;

namespace Standalone.Tests.Engines;

public sealed class LogFileTests : IDisposable
{
    private readonly TemporaryDirectory temporary = new();

    public void Dispose() => temporary.Dispose();

    [Fact]
    public void Old_lines_move_to_numbered_files_and_the_oldest_are_dropped()
    {
        using (var log = new LogFile(temporary.Combine("engine.log"), limit: 100))
        {
            for (var i = 0; i < 100; i++)
                log.Write($"line {i:D3}");
        }

        var files = Directory.GetFiles(temporary.Path).Select(Path.GetFileName).Order().ToList();

        Assert.Equal(["engine.1.log", "engine.2.log", "engine.log"], files.Where(name => new FileInfo(temporary.Combine(name!)).Length > 0));
        Assert.All(files, name => Assert.True(new FileInfo(temporary.Combine(name!)).Length <= 110));
        Assert.DoesNotContain("line 000", string.Concat(files.Select(name => File.ReadAllText(temporary.Combine(name!)))), StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_of_an_earlier_run_stay()
    {
        var path = temporary.Combine("engine.log");
        using (var log = new LogFile(path))
            log.Write("before");
        using (var log = new LogFile(path))
            log.Write("after");

        Assert.Equal(["before", "after"], File.ReadAllLines(path));
    }

    [Fact]
    public void The_tail_has_the_last_words()
    {
        using var log = new LogFile(temporary.Combine("engine.log"));
        for (var i = 0; i < 30; i++)
            log.Write($"{i}");

        Assert.Equal(["28", "29"], log.Tail(2).Split(Environment.NewLine));
    }
}
