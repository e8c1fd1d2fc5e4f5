using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Analytics.Api.Auth;

/// <summary>How access and refresh tokens are signed and how long they live.</summary>
public sealed class AuthOptions
{
    /// <summary>Configuration section.</summary>
    public const string Section = "Auth";

    /// <summary>Claim <c>iss</c> of access tokens. Default <c>auterity-analytics</c>.</summary>
    [Required]
    public string Issuer { get; set; } = "auterity-analytics";

    /// <summary>Claim <c>aud</c> of access tokens. Default <c>auterity-analytics</c>.</summary>
    [Required]
    public string Audience { get; set; } = "auterity-analytics";

    /// <summary>Lifetime of an access token. Default 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "1.00:00:00")]
    public TimeSpan AccessTokenLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Lifetime of a refresh token; each use issues a new one. Default 14 d.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "365.00:00:00")]
    public TimeSpan RefreshTokenLifetime { get; set; } = TimeSpan.FromDays(14);

    /// <summary>How far clocks of several machines may differ. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>PEM of the EC P-256 private key that signs access tokens. Default none; wins over <see cref="SigningKeyFile"/>.</summary>
    public string? SigningKey { get; set; }

    /// <summary>File that holds that PEM. Default none; without any key the start fails.</summary>
    public string? SigningKeyFile { get; set; }

    /// <summary>Creates <see cref="SigningKeyFile"/> (mode 0600) when it is absent. Default false.</summary>
    public bool CreateSigningKey { get; set; }
}

[OptionsValidator]
internal sealed partial class AuthOptionsValidator : IValidateOptions<AuthOptions>;
