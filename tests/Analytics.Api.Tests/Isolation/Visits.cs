using Analytics.Api.Query;

namespace Analytics.Api.Tests.Isolation;

/// <summary>Table of contents: how every route of the application is visited. A new route needs a line here.</summary>
internal static class Visits
{
    private static readonly Dictionary<string, Func<Visit, Task>> Others = new()
    {
        ["GET /health/live"] = OpenVisits.PageAsync,
        ["GET /health/ready"] = OpenVisits.PageAsync,
        ["GET /metrics"] = OpenVisits.PageAsync,
        ["GET /openapi/v1.json"] = OpenVisits.PageAsync,
        ["GET /docs/{documentName?}"] = OpenVisits.PageAsync,
        ["GET /docs/favicon.svg"] = OpenVisits.PageAsync,
        ["GET /docs/scalar.js"] = OpenVisits.PageAsync,
        ["GET /docs/scalar.aspnetcore.js"] = OpenVisits.PageAsync,
        ["POST /api/v1/auth/token"] = OpenVisits.LoginAsync,
        ["POST /api/v1/auth/refresh"] = OpenVisits.RefreshAsync,
        ["POST /api/v1/auth/logout"] = OpenVisits.LogoutAsync,
        ["GET /api/v1/auth/me"] = OpenVisits.MeAsync,
        ["GET /api/v1/admin/api-keys"] = AdminVisits.ListAsync,
        ["POST /api/v1/admin/api-keys"] = AdminVisits.CreateKeyAsync,
        ["DELETE /api/v1/admin/api-keys/{id}"] = AdminVisits.RevokeKeyAsync,
        ["GET /api/v1/admin/users"] = AdminVisits.ListAsync,
        ["POST /api/v1/admin/users"] = AdminVisits.CreateUserAsync,
        ["GET /api/v1/admin/tenants"] = AdminVisits.PlatformAsync,
        ["POST /api/v1/admin/tenants"] = AdminVisits.PlatformAsync,
        ["GET /api/v1/admin/ledger"] = AdminVisits.LedgerAsync,
        ["GET /api/v1/admin/dead-letters"] = AdminVisits.DeadLettersAsync,
        ["POST /api/v1/admin/dead-letters/replay"] = AdminVisits.ReplayAsync,
        ["GET /api/v1/admin/cache"] = AdminVisits.ListAsync,
        ["DELETE /api/v1/admin/cache"] = AdminVisits.ClearCacheAsync,
        ["POST /api/v1/events"] = EventVisits.PostAsync,
        ["GET /api/v1/events"] = EventVisits.ListAsync,
        ["GET /api/v1/events/live"] = EventVisits.FollowAsync,
        ["POST /api/v1/exports"] = EventVisits.ExportAsync,
        ["GET /api/v1/exports/{id}"] = EventVisits.ReceiptAsync,
        ["GET /api/v1/queries"] = QueryVisits.ListSavedAsync,
        ["POST /api/v1/queries"] = QueryVisits.SaveAsync,
        ["GET /api/v1/queries/{id}"] = QueryVisits.ShowSavedAsync,
        ["PUT /api/v1/queries/{id}"] = QueryVisits.ChangeSavedAsync,
        ["DELETE /api/v1/queries/{id}"] = QueryVisits.DeleteSavedAsync,
        ["GET /api/v1/queries/{id}/versions"] = QueryVisits.ShowSavedAsync,
        ["POST /api/v1/queries/{id}/run"] = QueryVisits.RunSavedAsync,
        ["GET /api/v1/schema"] = QueryVisits.SchemaAsync,
        ["POST /api/v1/sql"] = QueryVisits.SqlAsync,
    };

    public static IReadOnlyDictionary<string, Func<Visit, Task>> All { get; } =
        QueryKinds.Names.Select(kind => KeyValuePair.Create($"POST /api/v1/query/{kind}", (Func<Visit, Task>)QueryVisits.AskAsync))
            .Concat(Others).ToDictionary();
}
