using Microsoft.Extensions.DependencyInjection;

namespace ServiceDefaults;

/// <summary>Addresses such as <c>http://api</c> are looked up in <c>services:api:http:0</c>, which the AppHost fills in.</summary>
internal static class Discovery
{
    public static void AddDiscovery(this IServiceCollection services)
    {
        services.AddServiceDiscovery();
        services.ConfigureHttpClientDefaults(http => http.AddServiceDiscovery());
    }
}
