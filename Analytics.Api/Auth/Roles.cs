namespace Analytics.Api.Auth;

/// <summary>The closed list of roles. <c>viewer</c> &lt; <c>analyst</c> &lt; <c>admin</c>; <c>ingest</c> only posts events.</summary>
internal static class Roles
{
    public const string Ingest = "ingest";
    public const string Viewer = "viewer";
    public const string Analyst = "analyst";
    public const string Admin = "admin";

    public static readonly IReadOnlyList<string> All = [Ingest, Viewer, Analyst, Admin];

    /// <summary>The same list as a pattern, for validation attributes.</summary>
    public const string Pattern = "^(ingest|viewer|analyst|admin)$";
}
