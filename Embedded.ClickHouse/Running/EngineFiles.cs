using System.Globalization;
using System.Security;

namespace Embedded.ClickHouse.Running;

/// <summary>The data folder: a lock held for the life of the process, the engine's files and its configuration.</summary>
internal sealed class EngineFiles : IDisposable
{
    private readonly FileStream owner;

    private EngineFiles(string root, FileStream owner) => (Root, this.owner) = (root, owner);

    public string Root { get; }
    public string Database => Path.Combine(Root, "database");
    public string Config => Path.Combine(Root, "config", "config.xml");
    public string Backups => Path.Combine(Root, "backups");

    /// <summary>Null where another process has the folder.</summary>
    public static EngineFiles? TryClaim(string folder)
    {
        var root = Path.GetFullPath(folder);
        Directory.CreateDirectory(root);
        try
        {
            // FileShare.None is an advisory lock of the system: it ends with the process, however that ends.
            return new EngineFiles(root, new FileStream(Path.Combine(root, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or PathTooLongException) && File.Exists(Path.Combine(root, "lock")))
        {
            return null;
        }
    }

    public void WriteConfig(long maxMemory)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Config)!);
        Directory.CreateDirectory(Backups);
        var users = Path.Combine(Root, "config", "users.xml");
        File.WriteAllText(users, Users);
        var merging = Math.Clamp(Environment.ProcessorCount / 2, 1, 4); // the other cores insert and answer; and few merges fit into a small cap
        File.WriteAllText(Config, $"""
            <clickhouse>
              <users_config>{SecurityElement.Escape(users)}</users_config>
              <max_server_memory_usage>{maxMemory.ToString(CultureInfo.InvariantCulture)}</max_server_memory_usage>
              <mark_cache_size>67108864</mark_cache_size>
              <uncompressed_cache_size>0</uncompressed_cache_size>
              <background_pool_size>{merging.ToString(CultureInfo.InvariantCulture)}</background_pool_size>
              <background_merges_mutations_concurrency_ratio>4</background_merges_mutations_concurrency_ratio>
              <backups><allowed_path>{SecurityElement.Escape(Backups)}</allowed_path></backups>
            </clickhouse>
            """);
    }

    public void Dispose() => owner.Dispose();

    // Answers are formatted and files are read by the statement's own threads: to hand that to others costs a small machine more than it saves.
    // A gigabyte of free memory per thread, which the engine asks for by default, would leave every statement one thread under a small cap.
    // Every connection of libchdb is the user "default". What is not granted here nobody can do: no file(), url(), remote(), s3(),
    // executable() and the like, which would read whatever this process may read.
    private const string Users = """
        <clickhouse>
          <profiles>
            <default>
              <output_format_parallel_formatting>0</output_format_parallel_formatting>
              <local_filesystem_read_method>pread</local_filesystem_read_method>
              <max_threads_min_free_memory_per_thread>0</max_threads_min_free_memory_per_thread>
            </default>
          </profiles>
          <quotas><default/></quotas>
          <users>
            <default>
              <password></password>
              <networks><ip>::/0</ip></networks>
              <profile>default</profile>
              <quota>default</quota>
              <grants>
                <query>GRANT SELECT, INSERT, ALTER, CREATE, DROP, TRUNCATE, OPTIMIZE, SHOW, KILL QUERY, SYSTEM, BACKUP, dictGet ON *.*</query>
              </grants>
            </default>
          </users>
        </clickhouse>
        """;
}
