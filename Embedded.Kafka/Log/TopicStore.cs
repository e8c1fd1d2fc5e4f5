using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Embedded.Kafka.Protocol;
using Microsoft.Extensions.Logging;

namespace Embedded.Kafka.Log;

/// <summary>
/// All topics: <c>topics/NAME/topic.json</c> and <c>topics/NAME/PARTITION/</c>. A topic appears and disappears by a rename, so a
/// crash leaves it whole or gone, and one created anew under an old name starts empty.
/// </summary>
internal sealed partial class TopicStore : IDisposable
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, Topic> _topics = new(StringComparer.Ordinal);
    private readonly string _directory;
    private readonly string _trash;
    private readonly BrokerOptions _options;
    private readonly LogEnvironment _environment;
    private readonly ILogger _logger;

    public TopicStore(BrokerOptions options, LogEnvironment environment)
    {
        (_options, _environment, _logger) = (options, environment, environment.Logger);
        _directory = Path.Combine(options.DataDirectory, "topics");
        _trash = Path.Combine(options.DataDirectory, "trash");
        Directory.CreateDirectory(_directory);
        Directory.CreateDirectory(_trash);
        EmptyTrash();
        foreach (var directory in Directory.EnumerateDirectories(_directory)) Load(directory);
    }

    public ICollection<Topic> All => _topics.Values;

    public int PartitionCount => _topics.Values.Sum(t => t.Partitions.Length);

    public Topic? Find(string name) => _topics.GetValueOrDefault(name);

    public PartitionLog? Partition(string topic, int index) => Find(topic)?.Partition(index);

    public KafkaError Create(string name, int partitions, IReadOnlyCollection<KeyValuePair<string, string>> config, bool validateOnly)
    {
        if (!Topic.IsValidName(name)) return KafkaError.InvalidTopic;
        if (partitions is < 1 or > 10_000) return KafkaError.InvalidPartitions;
        lock (_gate)
        {
            if (_topics.ContainsKey(name)) return KafkaError.TopicAlreadyExists;
            if (PartitionCount + partitions > _options.MaxPartitions) return KafkaError.PolicyViolation;
            if (validateOnly) return KafkaError.None;
            try
            {
                CreateFiles(name, partitions, new TopicConfig(_options, config));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                LogTopicChangeFailed(name, e.Message);
                return KafkaError.KafkaStorageError;
            }
        }
        LogTopicCreated(name, partitions);
        return KafkaError.None;
    }

    public KafkaError Delete(string name)
    {
        lock (_gate)
        {
            if (!_topics.TryGetValue(name, out var topic)) return KafkaError.UnknownTopicOrPartition;
            try
            {
                Directory.Move(topic.Directory, Path.Combine(_trash, Guid.NewGuid().ToString("N")));
                DurableFile.SyncDirectory(_directory);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                LogTopicChangeFailed(name, e.Message);
                return KafkaError.KafkaStorageError;
            }
            _topics.TryRemove(name, out _);
            foreach (var partition in topic.Partitions) partition.Dispose();
            EmptyTrash();
        }
        LogTopicDeleted(name);
        return KafkaError.None;
    }

    public KafkaError AddPartitions(string name, int count, bool validateOnly)
    {
        lock (_gate)
        {
            if (Find(name) is not { } topic) return KafkaError.UnknownTopicOrPartition;
            var added = count - topic.Partitions.Length;
            if (added <= 0) return KafkaError.InvalidPartitions;
            if (PartitionCount + added > _options.MaxPartitions) return KafkaError.PolicyViolation;
            return validateOnly ? KafkaError.None : Store(topic, count, topic.Config);
        }
    }

    public KafkaError Configure(string name, IEnumerable<KeyValuePair<string, string>> config)
    {
        lock (_gate)
        {
            if (Find(name) is not { } topic) return KafkaError.UnknownTopicOrPartition;
            return Store(topic, topic.Partitions.Length, topic.Config.With(config));
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var partition in _topics.Values.SelectMany(t => t.Partitions)) partition.Dispose();
        }
    }

    private KafkaError Store(Topic topic, int partitions, TopicConfig config)
    {
        try
        {
            WriteDescription(topic.Directory, partitions, config);
            topic.Config = config;
            topic.Partitions = [.. topic.Partitions, .. Open(topic.Name, topic.Directory, topic.Partitions.Length, partitions, config)];
            return KafkaError.None;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogTopicChangeFailed(topic.Name, e.Message);
            return KafkaError.KafkaStorageError;
        }
    }

    private void CreateFiles(string name, int partitions, TopicConfig config)
    {
        var draft = Path.Combine(_trash, Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(draft);
        WriteDescription(draft, partitions, config);
        var directory = Path.Combine(_directory, name);
        Directory.Move(draft, directory);
        DurableFile.SyncDirectory(_directory);
        _topics[name] = new Topic(name, directory, config, Open(name, directory, 0, partitions, config));
    }

    private PartitionLog[] Open(string name, string directory, int from, int to, TopicConfig config)
    {
        var opened = Enumerable.Range(from, to - from).Select(i =>
            new PartitionLog(Path.Combine(directory, i.ToString(CultureInfo.InvariantCulture)), $"{name}-{i}", config, _environment)).ToArray();
        DurableFile.SyncDirectory(directory);
        return opened;
    }

    private void Load(string directory)
    {
        var name = Path.GetFileName(directory);
        if (DurableFile.ReadIfThere(Path.Combine(directory, "topic.json")) is not { } json
            || JsonSerializer.Deserialize<Description>(json) is not { } description)
        {
            throw new InvalidDataException($"{directory} has no readable topic.json");
        }
        var config = new TopicConfig(_options, description.Config);
        _topics[name] = new Topic(name, directory, config, Open(name, directory, 0, description.Partitions, config));
    }

    private static void WriteDescription(string directory, int partitions, TopicConfig config) =>
        DurableFile.Replace(Path.Combine(directory, "topic.json"), JsonSerializer.SerializeToUtf8Bytes(new Description(partitions, new(config.Set))));

    private void EmptyTrash()
    {
        foreach (var directory in Directory.EnumerateDirectories(_trash))
        {
            try
            {
                Directory.Delete(directory, recursive: true);
            }
            catch (IOException e)
            {
                // Tried again at the next deletion and the next start.
                LogTopicChangeFailed(directory, e.Message);
            }
        }
    }

    private sealed record Description(int Partitions, Dictionary<string, string> Config);

    [LoggerMessage(LogLevel.Information, "Created topic {Topic} with {Partitions} partitions")]
    private partial void LogTopicCreated(string topic, int partitions);

    [LoggerMessage(LogLevel.Information, "Deleted topic {Topic} and its data")]
    private partial void LogTopicDeleted(string topic);

    [LoggerMessage(LogLevel.Error, "Could not change topic {Topic}: {Reason}")]
    private partial void LogTopicChangeFailed(string topic, string reason);
}
