using System.Security.Claims;

namespace Analytics.Api.Auth;

/// <summary>Who a credential stands for: a user or an API key.</summary>
internal sealed record Caller(string Id, string Name, string Tenant, string Role)
{
    public IEnumerable<Claim> Claims =>
    [
        new(ClaimNames.Subject, Id),
        new(ClaimNames.Name, Name),
        new(ClaimNames.Tenant, Tenant),
        new(ClaimNames.Role, Role),
    ];

    public ClaimsPrincipal ToPrincipal(string scheme) =>
        new(new ClaimsIdentity(Claims, scheme, ClaimNames.Name, ClaimNames.Role));
}
