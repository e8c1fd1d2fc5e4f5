using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Net;
using Embedded.ClickHouse.Http;
using Embedded.ClickHouse.Native;
using Embedded.ClickHouse.Running;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Embedded.ClickHouse;

/// <summary>Table of contents: options, data folder, library, engine, endpoints, run, stop.</summary>
internal static class EmbeddedServer
{
    private const int Stopped = 0, BadOption = 2, DataInUse = 3, LibraryMissing = 4;
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(2.5);

    public static async Task<int> RunAsync(string[] args)
    {
        if (args.Contains("--help") || args.Contains("-h"))
        {
            Console.WriteLine(CommandLine.Help);
            return Stopped;
        }

        var (values, unknown) = CommandLine.Read(args);
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = [], ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddInMemoryCollection(values);
        if (unknown is not null || !TryBind(builder.Configuration, out var options, out unknown)) return Fail(BadOption, $"{unknown} See --help.");

        if (options.ExitWithParent) ProcessEnd.LeaveTerminal();
        using var files = EngineFiles.TryClaim(options.Data);
        if (files is null) return Fail(DataInUse, $"The data folder {Path.GetFullPath(options.Data)} is in use by another process.");
        if (!LibraryFile.TryLoad(out var hint)) return Fail(LibraryMissing, hint);

        files.WriteConfig(options.MaxMemory);
        var engine = await Engine.OpenAsync(files, options.Database);
        Configure(builder, options, engine);
        var app = builder.Build();
        var statements = app.Services.GetRequiredService<QueryEndpoint>();
        app.MapMethods("/ping", ["GET", "HEAD"], Alive);
        app.MapMethods("/", ["GET", "HEAD"], http => http.Request.Query.ContainsKey("query") ? statements.HandleAsync(http) : Alive(http));
        app.MapPost("/", statements.HandleAsync);

        var drained = Task.CompletedTask;
        app.Lifetime.ApplicationStopping.Register(() =>
        {
            ProcessEnd.After(LongestStop, Stopped);
            drained = app.Services.GetRequiredService<Draining>().StopAsync();
        });
        if (options.ExitWithParent) ProcessEnd.WhenInputEnds(app.Lifetime.StopApplication);

        await app.StartAsync();
        Console.WriteLine($"listening: {app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()}");
        await app.WaitForShutdownAsync();
        await drained;
        await app.DisposeAsync();
        engine.Dispose();
        ProcessEnd.Now(Stopped);
        return Stopped;
    }

    private static Task Alive(HttpContext http)
    {
        http.Response.ContentType = "text/html; charset=UTF-8";
        return http.Response.WriteAsync("Ok.\n", http.RequestAborted);
    }

    private static bool TryBind(ConfigurationManager configuration, out EmbeddedClickHouseOptions options, out string? error)
    {
        options = new EmbeddedClickHouseOptions();
        try
        {
            configuration.GetSection(EmbeddedClickHouseOptions.Section).Bind(options);
        }
        catch (InvalidOperationException e)
        {
            error = e.Message;
            return false;
        }

        var found = new List<ValidationResult>();
        var valid = Validator.TryValidateObject(options, new ValidationContext(options), found, validateAllProperties: true);
        error = string.Join(' ', found.Select(f => f.ErrorMessage));
        return valid;
    }

    private static void Configure(WebApplicationBuilder builder, EmbeddedClickHouseOptions options, Engine engine)
    {
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(c => (c.SingleLine, c.TimestampFormat, c.UseUtcTimestamp) = (true, "yyyy-MM-ddTHH:mm:ss.fffZ ", true));
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(c => c.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);

        builder.WebHost.UseUrls($"http://127.0.0.1:{Port(builder.Configuration, options).ToString(CultureInfo.InvariantCulture)}");
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.MaxRequestLineSize = 1 << 20;
            kestrel.Limits.MaxRequestBufferSize = 2 << 20;
        });
        builder.Services.Configure<HostOptions>(h => h.ShutdownTimeout = TimeSpan.FromSeconds(2));

        builder.Services.AddSingleton<IMemoryPoolFactory<byte>, ReceiveBuffers>();
        builder.Services.AddSingleton(engine);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(new WorkerPool(options.MaxConcurrency, maxWaiting: 512));
        builder.Services.AddSingleton<Draining>();
        builder.Services.AddSingleton<Sessions>();
        builder.Services.AddSingleton<Users>();
        builder.Services.AddSingleton<QueryEndpoint>();
    }

    /// <summary>The option, else the port that a host such as Aspire assigned, else ClickHouse's own.</summary>
    private static int Port(ConfigurationManager configuration, EmbeddedClickHouseOptions options)
    {
        if (options.Port is { } port) return port;

        var url = (configuration["urls"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        if (url is not null && BindingAddress.Parse(url) is { Port: > 0 or 0 } address) return address.Port;

        var ports = (configuration["http_ports"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return int.TryParse(ports, CultureInfo.InvariantCulture, out var assigned) ? assigned : 8123;
    }

    private static int Fail(int code, string message)
    {
        Console.Error.WriteLine(message);
        return code;
    }
}
