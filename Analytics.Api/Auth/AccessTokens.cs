using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Analytics.Api.Auth;

/// <summary>Issues access tokens (JWT, ES256, RFC 9068 type).</summary>
internal sealed class AccessTokens(IOptions<AuthOptions> options, SigningKey key, TimeProvider time)
{
    public const string Type = "at+jwt";

    private readonly JsonWebTokenHandler handler = new() { SetDefaultTimesOnTokenCreation = false };

    public TimeSpan Lifetime => options.Value.AccessTokenLifetime;

    public string Issue(Caller caller)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return handler.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = Type,
            Issuer = options.Value.Issuer,
            Audience = options.Value.Audience,
            IssuedAt = now,
            NotBefore = now,
            Expires = now + Lifetime,
            SigningCredentials = key.Credentials,
            Claims = new Dictionary<string, object>
            {
                [ClaimNames.Subject] = caller.Id,
                [ClaimNames.Name] = caller.Name,
                [ClaimNames.Tenant] = caller.Tenant,
                [ClaimNames.Role] = caller.Role,
                [ClaimNames.TokenId] = Guid.CreateVersion7(time.GetUtcNow()).ToString("n"),
            },
        });
    }
}
