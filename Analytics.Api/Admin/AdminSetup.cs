namespace Analytics.Api.Admin;

internal static class AdminSetup
{
    public static void AddAdmin(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<TenantScope>();
        builder.Services.AddSingleton<LogOffsets>();
        builder.Services.AddSingleton<DeadLetterStore>();
    }
}
