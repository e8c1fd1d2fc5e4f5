using System.Buffers.Text;
using System.Security.Cryptography;

namespace Analytics.Api.Auth;

/// <summary>Random secrets of 256 bits as base64url text (43 characters).</summary>
internal static class Secrets
{
    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>A new API key; its beginning tells people and secret scanners what it is.</summary>
    public static string NewApiKey() => "ak_" + New();

    /// <summary>What may be shown of a key later: enough to recognise it, at most a quarter of it.</summary>
    public static string Prefix(string key) => key[..Math.Min(10, key.Length / 4)];
}
