using Analytics.Api.Auth;
using Analytics.Api.Query.Language;

namespace Analytics.Api.Query;

/// <summary>Who asks: the tenant whose events are seen, and the role that sets the limits.</summary>
internal sealed record Asker(string Tenant, string Role, QueryRunner Runner)
{
    /// <summary>Whether what is asked was answered before, e.g. a panel whose minute has passed.</summary>
    public bool AsksAgain { get; init; }

    public Task<QueryResult> RunAsync(Statement statement, string format, CancellationToken cancellationToken) =>
        Runner.RunAsync(Tenant, statement, format, cancellationToken, role: Role, isKnown: AsksAgain);
}

/// <summary>Knows who asks by the credential.</summary>
internal sealed class Askers(QueryRunner runner)
{
    public Asker Of(HttpContext context) =>
        new(Auth.Tenant.Of(context), context.User.FindFirst(ClaimNames.Role)?.Value ?? Roles.Viewer, runner);
}
