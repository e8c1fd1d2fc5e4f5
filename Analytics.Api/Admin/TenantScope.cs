using System.Security.Claims;
using Analytics.Api.Auth;
using Microsoft.Extensions.Options;

namespace Analytics.Api.Admin;

/// <summary>Which tenant an admin acts on: the own one; a platform admin may name another.</summary>
internal sealed class TenantScope(IOptions<BootstrapOptions> bootstrap)
{
    /// <summary>The tenant, or null when the caller may not act on the one that was asked for.</summary>
    public string? Choose(ClaimsPrincipal caller, string? asked)
    {
        var own = Tenant.Of(caller);
        return asked is null || asked == own ? own : own == bootstrap.Value.Tenant ? asked : null;
    }
}
