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

    /// <summary>Counts and subjects per hour and day of the event's time, and what is stored per hour: kept from <see cref="Events"/>.</summary>
    public const string Rollups = "rollups";

    /// <summary>The materialized view that fills <see cref="Rollups"/>. Reading it by this name reads them.</summary>
    public const string EventsToRollups = "events_to_rollups";

    /// <summary>View of <see cref="Rollups"/>: tenant, type, hour, events, subjects.</summary>
    public const string EventsHourly = "events_hourly";

    /// <summary>View of <see cref="Rollups"/>: tenant, type, day, events, subjects.</summary>
    public const string EventsDaily = "events_daily";

    /// <summary>
    /// View of <see cref="Rollups"/>: tenant, hour, and how many and which events of that hour are stored. Its sums change with whatever is
    /// stored, and only after it can be read.
    /// </summary>
    public const string StoredHours = "stored_hours";

    /// <summary>Every table, by any name, that holds rows of tenants; plain views of them are filtered where they read.</summary>
    public static readonly IReadOnlyList<string> OfTenants = [Events, DeadLetters, DeadLetterReplays, Ledger, Rollups, EventsToRollups];

    /// <summary>The database of the views that SQL of analysts sees, e.g. <c>analytics_sql</c>.</summary>
    public static string SqlDatabase(string database) => $"{database}_sql";

    /// <summary>Which migrations have been applied.</summary>
    public const string Migrations = "schema_migrations";
}
