namespace Analytics.Contracts.Schema;

/// <summary>Names of the ClickHouse tables that the API and the worker share.</summary>
public static class Tables
{
    /// <summary>Every stored event, one row each.</summary>
    public const string Events = "events";

    /// <summary>Records that could not become events, with their original bytes and the reason.</summary>
    public const string DeadLetters = "dead_letters";

    /// <summary>Which dead letters have been sent again.</summary>
    public const string DeadLetterReplays = "dead_letter_replays";

    /// <summary>What became of every offset range: accepted = stored + duplicates + dead_lettered, per tenant and minute.</summary>
    public const string Ledger = "ledger";

    /// <summary>Which migrations have been applied.</summary>
    public const string Migrations = "schema_migrations";
}
