using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Analytics.Api.Auth;

/// <summary>What a new installation starts with. Configured values are applied again at each start.</summary>
public sealed class BootstrapOptions
{
    /// <summary>Configuration section.</summary>
    public const string Section = "Bootstrap";

    /// <summary>Tenant that owns the platform: its admins administer all tenants. Default <c>default</c>.</summary>
    [Required, RegularExpression(TenantName.Pattern)]
    public string Tenant { get; set; } = "default";

    /// <summary>Password of the user <c>admin</c>, at least 8 characters. Default none: generated when <see cref="CredentialsFile"/> is set.</summary>
    [MinLength(8), MaxLength(256)]
    public string? AdminPassword { get; set; }

    /// <summary>API key that may post events, any text of 8 to 256 characters. Default none: generated when <see cref="CredentialsFile"/> is set.</summary>
    [MinLength(8), MaxLength(256)]
    public string? IngestKey { get; set; }

    /// <summary>File (mode 0600) that keeps what had to be generated. Default none: nothing is generated, and a missing password stops the start.</summary>
    public string? CredentialsFile { get; set; }
}

[OptionsValidator]
internal sealed partial class BootstrapOptionsValidator : IValidateOptions<BootstrapOptions>;
