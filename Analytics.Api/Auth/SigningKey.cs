using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Analytics.Api.Auth;

/// <summary>
/// The EC P-256 key that signs access tokens. One instance for the life of the process: the token handler caches its signature
/// providers by key object, so building a key per request would cost more than the check itself.
/// </summary>
internal sealed class SigningKey : IDisposable
{
    private readonly ECDsa key;

    private SigningKey(ECDsa key)
    {
        this.key = key;
        // Its own factory: the default one keeps signature providers by key id for the whole process, longer than this object lives.
        Key = new ECDsaSecurityKey(key) { CryptoProviderFactory = new CryptoProviderFactory() };
        Key.KeyId = Base64UrlEncoder.Encode(Key.ComputeJwkThumbprint());
        Credentials = new SigningCredentials(Key, SecurityAlgorithms.EcdsaSha256);
    }

    public ECDsaSecurityKey Key { get; }

    public SigningCredentials Credentials { get; }

    /// <summary>Reads the configured key, or creates its file; fails with the reason when there is none.</summary>
    public static SigningKey Load(AuthOptions options)
    {
        if (options.SigningKey is { Length: > 0 } pem)
            return FromPem(pem, "Auth:SigningKey");
        if (options.SigningKeyFile is not { Length: > 0 } path)
            throw Invalid("No signing key: set Auth:SigningKey (PEM of an EC P-256 private key) or Auth:SigningKeyFile.");
        if (options.CreateSigningKey)
            Create(path);
        else if (!File.Exists(path))
            throw Invalid($"The signing key file {path} does not exist. Create it with: openssl ecparam -name prime256v1 -genkey -noout -out {path}");
        return FromPem(File.ReadAllText(path), path);
    }

    private static void Create(string path)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        SecretFile.CreateIfAbsent(path, key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    private static SigningKey FromPem(string pem, string origin)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            if (key.KeySize != 256)
                throw new CryptographicException();
            key.SignData([0], HashAlgorithmName.SHA256); // fails for a public key
            return new SigningKey(key);
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw Invalid($"{origin} is not the PEM of an EC P-256 private key.");
        }
    }

    private static OptionsValidationException Invalid(string message) => new(AuthOptions.Section, typeof(AuthOptions), [message]);

    public void Dispose() => key.Dispose();
}
