namespace Analytics.Api.Auth;

/// <summary>How a tenant may be named: it becomes part of record keys, cache keys and settings, so the alphabet is small.</summary>
internal static class TenantName
{
    public const string Pattern = "^[a-z0-9][a-z0-9_-]{0,62}$";
}
