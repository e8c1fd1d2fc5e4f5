namespace Analytics.Api.Admin;

/// <summary>What may be told of an API key.</summary>
internal sealed record ApiKeyView(
    string Id,
    string Prefix,
    string Name,
    string Role,
    string Tenant,
    DateTimeOffset Created,
    DateTimeOffset? Expires,
    DateTimeOffset? Revoked,
    DateTimeOffset? LastUsed);
