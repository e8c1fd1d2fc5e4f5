using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Analytics.Contracts;
using Confluent.Kafka;
using Embedded.Kafka;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using TestKit;

namespace Analytics.Api.Tests.Ingest;

/// <summary>The API on a real port, with a broker of its own inside the test process, so that tests can make it misbehave.</summary>
public sealed class IngestApi : WebApplicationFactory<ApiMarker>
{
    private const string Key = "ingest-key-of-the-tests";

    private readonly TemporaryDirectory _directory = new();
    private readonly Dictionary<string, string> _settings;

    public IngestApi() : this([])
    {
    }

    internal IngestApi(Dictionary<string, string> settings)
    {
        _settings = settings;
        Broker = StartBroker(port: 0);
        Port = Broker.Port;
        UseKestrel(0);
        using var starting = CreateClient();
        Client = new HttpClient { BaseAddress = starting.BaseAddress }; // the factory's own reads a body before it sends it
        Client.DefaultRequestHeaders.Add("X-Api-Key", Key);
    }

    public Broker Broker { get; private set; }

    public int Port { get; }

    public HttpClient Client { get; }

    internal long InFlightBytes() => Services.GetRequiredService<Api.Ingest.InFlightBytes>().Used;

    public void StartBrokerAgain() => Broker = StartBroker(Port);

    public static ByteArrayContent Content(string body, string type = "application/json", string? encoding = null) =>
        Content(Encoding.UTF8.GetBytes(body), type, encoding);

    public static ByteArrayContent Content(byte[] body, string? type = "application/json", string? encoding = null)
    {
        var content = new ByteArrayContent(body);
        if (type is not null)
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        if (encoding is not null)
            content.Headers.ContentEncoding.Add(encoding);
        return content;
    }

    public async Task<(HttpResponseMessage Response, JsonElement Body)> PostAsync(HttpContent content, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/events") { Content = content };
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        var response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return (response, JsonDocument.Parse(text).RootElement);
    }

    /// <summary>Everything on the events topic, read by an ordinary consumer, in the order of the partitions.</summary>
    public List<ConsumeResult<byte[], byte[]>> ReadLog()
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
        {
            BootstrapServers = Broker.BootstrapServers,
            GroupId = Guid.NewGuid().ToString(),
            EnablePartitionEof = true,
            EnableAutoCommit = false,
        }).Build();
        var partitions = Enumerable.Range(0, 4).Select(partition => new TopicPartitionOffset(Topics.Events, partition, Offset.Beginning)).ToList();
        consumer.Assign(partitions);
        var records = new List<ConsumeResult<byte[], byte[]>>();
        for (var ends = 0; ends < partitions.Count;)
        {
            var result = consumer.Consume(TimeSpan.FromSeconds(20)) ?? throw new TimeoutException($"Read {records.Count} records, then nothing.");
            if (result.IsPartitionEOF)
                ends++;
            else
                records.Add(result);
        }

        consumer.Close();
        return records;
    }

    /// <summary>The ids on the log that begin with <paramref name="prefix"/>, repeats included.</summary>
    public List<string> IdsOnLog(string prefix) => [.. ReadLog()
        .Select(record => JsonDocument.Parse(record.Message.Value).RootElement.GetProperty("id").GetString()!)
        .Where(id => id.StartsWith(prefix, StringComparison.Ordinal))];

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSetting("ConnectionStrings:clickhouse", "Host=127.0.0.1;Port=9;Username=default;Database=analytics");
        builder.UseSetting("ConnectionStrings:redis", "127.0.0.1:9,abortConnect=false");
        builder.UseSetting("ConnectionStrings:kafka", Broker.BootstrapServers);
        builder.UseSetting("ConnectionStrings:control", $"Data Source={_directory.Combine("control.db")}");
        builder.UseSetting("Auth:SigningKeyFile", _directory.Combine("signing.pem"));
        builder.UseSetting("Auth:CreateSigningKey", "true");
        builder.UseSetting("Bootstrap:IngestKey", Key);
        builder.UseSetting("Bootstrap:AdminPassword", "password-of-the-tests");
        builder.UseSetting("Bootstrap:Tenant", "acme");
        foreach (var (name, value) in _settings)
            builder.UseSetting(name, value);
    }

    public override async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await base.DisposeAsync();
        await Broker.DisposeAsync();
        _directory.Dispose();
    }

    private Broker StartBroker(int port) => Broker.Start(new BrokerOptions
    {
        DataDirectory = _directory.Combine("kafka"),
        Port = port,
        AutoCreateTopics = false,
    });
}
