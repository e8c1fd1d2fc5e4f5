namespace Analytics.Api.Auth;

/// <summary>Claims that a credential carries, as they are named in the token.</summary>
internal static class ClaimNames
{
    public const string Subject = "sub";
    public const string Name = "name";
    public const string Tenant = "tenant";
    public const string Role = "role";
    public const string TokenId = "jti";
}
