using System.Net;
using System.Net.Sockets;
using TestKit;

namespace Standalone.Tests;

/// <summary>The program as its user sees it: exit codes, output, signals, children.</summary>
public sealed class StandaloneRunTests(StandaloneRunTests.Running running) : IClassFixture<StandaloneRunTests.Running>
{
    private static readonly string[] Engines = ["Embedded.ClickHouse", "Embedded.Kafka"];
    private readonly StandaloneProcess standalone = running.Standalone;

    /// <summary>One running program for the tests that leave it running.</summary>
    public sealed class Running : IAsyncLifetime
    {
        public StandaloneProcess Standalone { get; private set; } = null!;

        /// <summary>What <c>/health/ready</c> said right after the line: later tests kill engines.</summary>
        public HttpStatusCode HealthWhenReady { get; private set; }

        public async ValueTask InitializeAsync()
        {
            Standalone = await StandaloneProcess.StartAsync();
            using var ready = await Standalone.SendAsync(HttpMethod.Get, "/health/ready");
            HealthWhenReady = ready.StatusCode;
        }

        public ValueTask DisposeAsync() => Standalone.DisposeAsync();
    }

    [Fact]
    public void Ready_is_said_once_and_when_everything_is_healthy()
    {
        Assert.Equal(HttpStatusCode.OK, running.HealthWhenReady);
        Assert.Single(standalone.Process.Lines, line => line.StartsWith("ready: http://127.0.0.1:", StringComparison.Ordinal));
        Assert.Contains(standalone.Process.Lines, line => line.Contains(standalone.DataDirectory, StringComparison.Ordinal));
        Assert.Contains(standalone.Process.Lines, line => line.Contains("/docs", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_second_instance_on_the_same_data_is_refused_with_a_clear_message()
    {
        await using var second = await standalone.RunWithoutWaitingAsync("--data", standalone.DataDirectory, "--port", "0");

        Assert.Equal(ExitCode.DataInUse, await second.WaitForExitAsync());
        Assert.Contains($"in use by another instance (process {standalone.Process.Id})", second.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_taken_port_is_reported_with_a_hint_before_anything_is_started()
    {
        using var other = new TemporaryDirectory();
        await using var second = await standalone.RunWithoutWaitingAsync("--data", other.Combine("data"), "--port", $"{standalone.Address.Port}");

        Assert.Equal(ExitCode.PortInUse, await second.WaitForExitAsync());
        Assert.Contains("--port N", second.Log, StringComparison.Ordinal);
        Assert.False(Directory.Exists(other.Combine("data")));
    }

    [Fact]
    public async Task An_engine_that_cannot_start_ends_the_program_with_its_last_words()
    {
        using var other = new TemporaryDirectory();
        await using var broken = await ChildProcess.StartAsync(
            "Standalone", ["--data", other.Path, "--port", "0"], null, new Dictionary<string, string?> { ["CHDB_LIBCHDB_PATH"] = "/nowhere/libchdb.so" });

        Assert.Equal(ExitCode.EngineFailed, await broken.WaitForExitAsync());
        Assert.Contains("ClickHouse did not start (exit code 4)", broken.Log, StringComparison.Ordinal);
        Assert.Contains("/nowhere/libchdb.so", broken.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled exception", broken.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bad_option_ends_with_code_2_and_one_line()
    {
        await using var bad = await standalone.RunWithoutWaitingAsync("--prot", "1");

        Assert.Equal(ExitCode.BadOption, await bad.WaitForExitAsync());
        Assert.Equal("Unknown option --prot. --help shows the options.", bad.Log.Trim());
    }

    [Theory]
    [InlineData("Embedded.ClickHouse")]
    [InlineData("Embedded.Kafka")]
    public async Task An_engine_that_dies_is_started_again_on_its_port(string engine)
    {
        var before = standalone.EngineId(engine);
        var ports = await File.ReadAllTextAsync(Path.Combine(standalone.DataDirectory, "ports.json"), TestContext.Current.CancellationToken);

        await standalone.KillEngineAsync(engine);

        await Eventually.TrueAsync("another process runs", () => standalone.EngineId(engine) is var now && now != 0 && now != before);
        await Eventually.EqualsAsync("ready again", HttpStatusCode.OK, ReadyAsync, TimeSpan.FromSeconds(120));
        Assert.Equal(ports, await File.ReadAllTextAsync(Path.Combine(standalone.DataDirectory, "ports.json"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Passwords_are_not_on_the_command_line_of_any_process()
    {
        var password = await File.ReadAllTextAsync(
            Path.Combine(standalone.DataDirectory, "keys", "clickhouse-password"), TestContext.Current.CancellationToken);

        foreach (var engine in Engines)
            Assert.DoesNotContain(password, await File.ReadAllTextAsync($"/proc/{standalone.EngineId(engine)}/cmdline", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public void Ctrl_C_in_a_terminal_does_not_reach_the_engines_so_that_the_stop_has_an_order() =>
        Assert.All(Engines, engine => Assert.NotEqual(ProcessGroup(standalone.Process.Id), ProcessGroup(standalone.EngineId(engine))));

    [Theory]
    [InlineData(15)]
    [InlineData(2)]
    public async Task A_signal_stops_everything_with_code_0(int signal)
    {
        await using var own = await StandaloneProcess.StartAsync();
        var engines = Engines.Select(own.EngineId).ToList();

        own.Process.Signal(signal);
        var code = await own.Process.WaitForExitAsync();

        Assert.Equal(ExitCode.Stopped, code);
        await Eventually.TrueAsync("the engines are gone", () => engines.TrueForAll(id => !Directory.Exists($"/proc/{id}")));
    }

    [Fact]
    public async Task Engines_die_with_a_killed_parent_and_the_next_start_takes_over()
    {
        await using var own = await StandaloneProcess.StartAsync();
        var engines = Engines.Select(own.EngineId).ToList();
        Assert.DoesNotContain(0, engines);

        await own.Process.Kill9Async();

        await own.StartAgainAsync(); // at once, while the engines of before are still letting go
        await Eventually.TrueAsync("the old engines are gone", () => engines.TrueForAll(id => !Directory.Exists($"/proc/{id}")));
        Assert.Equal(HttpStatusCode.OK, (await own.SendAsync(HttpMethod.Get, "/health/ready")).StatusCode);
    }

    [Fact]
    public async Task Generated_credentials_are_printed_at_the_first_start_only()
    {
        await using var own = await StandaloneProcess.StartAsync(new Dictionary<string, string?>
        {
            ["Bootstrap__AdminPassword"] = null,
            ["Bootstrap__IngestKey"] = null,
        });
        var file = Path.Combine(own.DataDirectory, "credentials");
        var password = (await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken))
            .Single(line => line.StartsWith("AdminPassword=", StringComparison.Ordinal));

        Assert.Contains(password, own.Process.Log, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));

        Assert.Equal(ExitCode.Stopped, await own.StopAsync());
        await own.StartAgainAsync();

        Assert.DoesNotContain(password, own.Process.Log, StringComparison.Ordinal);
        Assert.Contains(file, own.Process.Log, StringComparison.Ordinal);
    }

    // Fields after the name in parentheses: state, parent, group.
    private static string ProcessGroup(int id) => File.ReadAllText($"/proc/{id}/stat").Split(") ")[^1].Split(' ')[2];

    private async Task<HttpStatusCode> ReadyAsync()
    {
        using var answer = await standalone.SendAsync(HttpMethod.Get, "/health/ready");
        return answer.StatusCode;
    }
}
