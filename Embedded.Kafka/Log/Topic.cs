namespace Embedded.Kafka.Log;

/// <summary>A topic with its settings and partitions. Both are replaced as a whole when they change.</summary>
internal sealed class Topic(string name, string directory, TopicConfig config, PartitionLog[] partitions)
{
    private PartitionLog[] _partitions = partitions;
    private TopicConfig _config = config;

    public string Name { get; } = name;

    public string Directory { get; } = directory;

    public PartitionLog[] Partitions
    {
        get => Volatile.Read(ref _partitions);
        set => Volatile.Write(ref _partitions, value);
    }

    public TopicConfig Config
    {
        get => Volatile.Read(ref _config);
        set
        {
            Volatile.Write(ref _config, value);
            foreach (var partition in Partitions) partition.Configure(value);
        }
    }

    public PartitionLog? Partition(int index) => (uint)index < (uint)Partitions.Length ? Partitions[index] : null;

    public static bool IsValidName(string name) =>
        name.Length is > 0 and <= 249 && name is not ("." or "..") && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}
