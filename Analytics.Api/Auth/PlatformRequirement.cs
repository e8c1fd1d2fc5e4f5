using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace Analytics.Api.Auth;

/// <summary>The caller belongs to the platform's own tenant (<see cref="BootstrapOptions.Tenant"/>).</summary>
internal sealed class PlatformRequirement : IAuthorizationRequirement;

internal sealed class PlatformHandler(IOptions<BootstrapOptions> bootstrap) : AuthorizationHandler<PlatformRequirement>
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, PlatformRequirement requirement)
    {
        if (context.User.HasClaim(ClaimNames.Tenant, bootstrap.Value.Tenant))
            context.Succeed(requirement);
        return Task.CompletedTask;
    }
}
