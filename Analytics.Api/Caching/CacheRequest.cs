using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Analytics.Api.Query.Language;
using Microsoft.Net.Http.Headers;
using NodaTime;

namespace Analytics.Api.Caching;

/// <summary>What the request's headers say about caches.</summary>
/// <param name="MayReuse">False after <c>Cache-Control: no-cache</c> or <c>no-store</c>.</param>
/// <param name="MayKeep">False after <c>no-store</c>.</param>
internal readonly record struct CacheRequest(bool MayReuse, bool MayKeep, IReadOnlyList<EntityTagHeaderValue> IfNoneMatch)
{
    public static CacheRequest Of(HttpRequest request)
    {
        var headers = request.GetTypedHeaders();
        var control = headers.CacheControl;
        var noStore = control?.NoStore is true;
        return new(!noStore && control?.NoCache is not true, !noStore, [.. headers.IfNoneMatch]);
    }

    public bool Has(string etag) => MayReuse && IfNoneMatch.Any(known => known.Tag == "*" || known.Tag == etag);

    /// <summary>
    /// Equal for equal answers: to whom, to which question, about which time, in which format, from which events. Weak, because what an
    /// answer says about its own cost differs.
    /// </summary>
    public static string Tag(CacheKey key, ResolvedRange range, DataVersion version, string mediaType)
    {
        var text = string.Create(CultureInfo.InvariantCulture,
            $"{key.Tenant}\0{key.Canonical}\0{range.From.ToUnixTimeTicks()}\0{range.To.ToUnixTimeTicks()}\0{version.Events}\0{version.Fingerprint}\0{mediaType}");
        return $"\"{Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16))}\"";
    }

    /// <summary>Caches on the way keep nothing; the client's own asks each time.</summary>
    public static void Describe(HttpResponse response, string? etag, Duration? age)
    {
        response.Headers.CacheControl = "private, no-cache";
        response.Headers.Vary = "Accept, Authorization, X-Api-Key";
        if (etag is not null)
            response.Headers.ETag = $"W/{etag}";
        if (age is { } seconds)
            response.Headers.Age = Math.Max(0, (long)seconds.TotalSeconds).ToString(CultureInfo.InvariantCulture);
    }
}
