using System.Text.Json;
using Analytics.Api.Control;
using Analytics.Api.Query;

namespace Analytics.Api.SavedQueries;

/// <summary>One version of a saved query, as answers show it.</summary>
internal sealed record SavedQuery(
    string Id,
    string Name,
    string? Description,
    string Kind,
    JsonElement Query,
    IReadOnlyDictionary<string, SavedParameter> Parameters,
    long Version,
    DateTimeOffset Created,
    string CreatedBy,
    DateTimeOffset Updated,
    string UpdatedBy)
{
    /// <summary>The definition again; null when this build no longer knows its kind.</summary>
    public Definition? ToDefinition() => QueryKinds.Find(Kind) is { } kind
        ? new Definition(Name, Description, kind, Query, Parameters.ToDictionary(pair => pair.Key, pair => new QueryParameter(pair.Value.Type, pair.Value.Default)))
        : null;
}

/// <summary>A declared parameter, as answers and the store write it.</summary>
internal sealed record SavedParameter(
    string Type, [property: System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)] JsonElement? Default = null);

/// <summary>A saved query in a list: all but the query itself.</summary>
internal sealed record SavedQueryEntry(
    string Id, string Name, string? Description, string Kind, long Version, DateTimeOffset Created, string CreatedBy, DateTimeOffset Updated, string UpdatedBy);

/// <summary>One entry of a saved query's history.</summary>
internal sealed record SavedQueryVersion(long Version, string Name, string Kind, DateTimeOffset Saved, string SavedBy);

/// <summary>A row of the control store.</summary>
internal sealed record SavedQueryRow(
    string Id, string Name, string? Description, string Kind, string Query, string Parameters, long Version,
    long Created, string CreatedBy, long Updated, string UpdatedBy)
{
    public SavedQuery ToView() => new(
        Id, Name, Description, Kind, JsonElement.Parse(Query),
        JsonSerializer.Deserialize<Dictionary<string, SavedParameter>>(Parameters, JsonSerializerOptions.Web)!,
        Version, UnixTime.From(Created), CreatedBy, UnixTime.From(Updated), UpdatedBy);

    public SavedQueryEntry ToEntry() => new(
        Id, Name, Description, Kind, Version, UnixTime.From(Created), CreatedBy, UnixTime.From(Updated), UpdatedBy);
}
