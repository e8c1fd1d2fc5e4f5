using System.IO.Compression;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace Analytics.Api.Ingest;

/// <summary>Undoes <c>Content-Encoding</c>.</summary>
internal static class ContentEncoding
{
    public const string Supported = "gzip, br, zstd, deflate, identity";

    // RFC 9659: what a decoder of the content coding "zstd" must offer, and all it should: 8 MB.
    private const int ZstdWindowLog = 23;

    /// <summary>
    /// By default .NET takes a gzip, deflate or brotli stream that ends too early for a complete one, so half a request would
    /// look like a whole one. The switch is read once, when the first stream is made, so it is set at start.
    /// </summary>
    public static void RefuseTruncatedStreams() => AppContext.SetSwitch("System.IO.Compression.UseStrictValidation", true);

    public static Stream Decode(Stream body, string? encoding) => encoding?.Trim().ToLowerInvariant() switch
    {
        null or "" or "identity" => body,
        "gzip" or "x-gzip" => new GZipStream(body, CompressionMode.Decompress),
        "br" => new BrotliStream(body, CompressionMode.Decompress),
        "deflate" => new ZLibStream(body, CompressionMode.Decompress),
        "zstd" => Zstd(body),
        _ => throw new IngestException(IngestRefusal.UnsupportedEncoding, $"Content-Encoding must be one of: {Supported}."),
    };

    /// <summary>Whether <paramref name="exception"/> is a decoder's way to say that its input is broken or ends too early.</summary>
    public static bool IsCorruption(Exception exception) => exception is
        InvalidDataException or ZstdException or EndOfStreamException or InvalidOperationException { Source: "System.IO.Compression.Brotli" };

    private static DecompressionStream Zstd(Stream body)
    {
        var decompressor = new Decompressor();
        decompressor.SetParameter(ZSTD_dParameter.ZSTD_d_windowLogMax, ZstdWindowLog);
        return new DecompressionStream(body, decompressor, bufferSize: 0, checkEndOfStream: true, preserveDecompressor: false);
    }
}
