using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Analytics.Api.Auth;

/// <summary>Two credentials, one door: a bearer token or an API key, chosen by the header that is present.</summary>
internal static class AuthSetup
{
    private const string Either = "Either";

    public static void AddAuth(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<AuthOptions>().BindConfiguration(AuthOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AuthOptions>, AuthOptionsValidator>();
        services.AddOptions<BootstrapOptions>().BindConfiguration(BootstrapOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<BootstrapOptions>, BootstrapOptionsValidator>();

        services.AddSingleton(provider => SigningKey.Load(provider.GetRequiredService<IOptions<AuthOptions>>().Value));
        services.AddSingleton<ApiKeys>();
        services.AddSingleton<AccessTokens>();
        services.AddSingleton<RefreshTokens>();
        services.AddSingleton<Passwords>();
        services.AddSingleton<Bootstrap>();
        services.AddHostedService<AuthHousekeeping>();

        services.AddAuthentication(Either)
            .AddPolicyScheme(Either, null, options => options.ForwardDefaultSelector = Select)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKeyAuthentication.SchemeName, null)
            .AddJwtBearer();
        services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme).Configure<IOptions<AuthOptions>, SigningKey>(Configure);

        services.AddSingleton<IAuthorizationHandler, PlatformHandler>();
        services.AddAuthorizationBuilder();
        services.Configure<AuthorizationOptions>(Policies.Register);
    }

    private static string Select(HttpContext context) => context.Request.Headers.ContainsKey(ApiKeyAuthentication.Header)
        ? ApiKeyAuthentication.SchemeName
        : JwtBearerDefaults.AuthenticationScheme;

    private static void Configure(JwtBearerOptions bearer, IOptions<AuthOptions> auth, SigningKey key)
    {
        bearer.MapInboundClaims = false;
        bearer.IncludeErrorDetails = false;
        bearer.TokenValidationParameters = new TokenValidationParameters
        {
            ValidIssuer = auth.Value.Issuer,
            ValidAudience = auth.Value.Audience,
            ClockSkew = auth.Value.ClockSkew,
            IssuerSigningKey = key.Key,
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
            ValidTypes = [AccessTokens.Type],
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            NameClaimType = ClaimNames.Name,
            RoleClaimType = ClaimNames.Role,
        };
    }
}
