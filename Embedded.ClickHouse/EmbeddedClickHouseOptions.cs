using System.ComponentModel.DataAnnotations;

namespace Embedded.ClickHouse;

/// <summary>How the server is run; from the command line, else from the section <see cref="Section"/> of the configuration.</summary>
internal sealed class EmbeddedClickHouseOptions
{
    public const string Section = "EmbeddedClickHouse";

    /// <summary>Folder of the database files; created when missing. One process at a time.</summary>
    [Required(AllowEmptyStrings = false, ErrorMessage = "--data DIR is required: the folder of the database files.")]
    public string Data { get; set; } = "";

    /// <summary>TCP port on 127.0.0.1; 0 picks a free one. Default: ASPNETCORE_URLS or HTTP_PORTS, else 8123.</summary>
    [Range(0, 65535, ErrorMessage = "--port must be between 0 and 65535.")]
    public int? Port { get; set; }

    /// <summary>Database made at the start when missing. Default: analytics.</summary>
    [RegularExpression("^[A-Za-z_][A-Za-z0-9_]{0,63}$", ErrorMessage = "--database must be a plain name of at most 64 letters, digits and underscores.")]
    public string Database { get; set; } = "analytics";

    /// <summary>Bytes the engine may hold for all statements, merges and caches together. Default: 1 GiB.</summary>
    [Range(128L << 20, 1L << 50, ErrorMessage = "--max-memory must be at least 134217728 bytes (128 MiB).")]
    public long MaxMemory { get; set; } = 1L << 30;

    /// <summary>Statements that run at once; more of them wait. Default: 16.</summary>
    [Range(1, 256, ErrorMessage = "--max-concurrency must be between 1 and 256.")]
    public int MaxConcurrency { get; set; } = 16;

    /// <summary>Stop when standard input ends, as it does when the parent process is gone. Default: false.</summary>
    public bool ExitWithParent { get; set; }
}
