using System.Text.Json.Nodes;
using Analytics.Api.Auth;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Infrastructure;

namespace Analytics.Api.OpenApi;

/// <summary>
/// Who may use a route, read from its policies: the security requirement with the roles (OpenAPI 3.1 allows them there), a sentence for
/// people, and the answers that any route with credentials can give.
/// </summary>
internal sealed class RouteSecurity(IAuthorizationPolicyProvider policies)
{
    public async Task DescribeAsync(RouteEndpoint route, JsonObject operation)
    {
        var responses = operation["responses"] as JsonObject ?? [];
        operation["responses"] = responses;
        if (route.Metadata.GetMetadata<IAllowAnonymous>() is not null)
        {
            operation["security"] = new JsonArray();
        }
        else
        {
            var (roles, platform) = await RolesAsync(route);
            operation["security"] = new JsonArray(Requirement("bearer", roles), Requirement("apiKey", roles));
            operation["description"] = $"{operation["description"]} {Sentence(roles, platform)}".TrimStart();
            Add(responses, 401, "Unauthenticated");
            if (roles.Count > 0)
                Add(responses, 403, "Forbidden");
        }

        Add(responses, 500, "InternalError");
        Add(responses, 503, "Unavailable");
    }

    private async Task<(List<string> Roles, bool Platform)> RolesAsync(RouteEndpoint route)
    {
        var requirements = new List<IAuthorizationRequirement>();
        foreach (var rule in route.Metadata.GetOrderedMetadata<IAuthorizeData>())
            requirements.AddRange((await policies.GetPolicyAsync(rule.Policy!))!.Requirements);
        var lists = requirements.OfType<RolesAuthorizationRequirement>().Select(requirement => requirement.AllowedRoles).ToList();
        var roles = lists.Count == 0 ? [] : Roles.All.Where(role => lists.TrueForAll(list => list.Contains(role))).ToList();
        return (roles, requirements.OfType<PlatformRequirement>().Any());
    }

    private static string Sentence(List<string> roles, bool platform) =>
        roles.Count == 0 ? "For any valid credential."
        : platform ? $"For the {roles[0]}s of the platform's own tenant."
        : $"For the role{(roles.Count > 1 ? "s" : "")} {string.Join(", ", roles)}.";

    private static JsonObject Requirement(string scheme, List<string> roles) =>
        new() { [scheme] = new JsonArray([.. roles.Select(role => JsonValue.Create(role))]) };

    private static void Add(JsonObject responses, int status, string response)
    {
        if (!responses.ContainsKey($"{status}"))
            responses[$"{status}"] = new JsonObject { ["$ref"] = $"#/components/responses/{response}" };
    }
}
