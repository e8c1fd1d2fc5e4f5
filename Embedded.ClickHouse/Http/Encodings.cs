using System.IO.Compression;
using Embedded.ClickHouse.Native;
using K4os.Compression.LZ4.Streams;
using ZstdSharp;

namespace Embedded.ClickHouse.Http;

/// <summary>HTTP content codings, in and out.</summary>
internal static class Encodings
{
    /// <summary>The body as it was before its Content-Encoding; null where it has none.</summary>
    public static Stream? Decode(HttpRequest request) => request.Headers.ContentEncoding.ToString().ToUpperInvariant() switch
    {
        "" or "IDENTITY" => null,
        "GZIP" => new GZipStream(request.Body, CompressionMode.Decompress),
        "DEFLATE" => new ZLibStream(request.Body, CompressionMode.Decompress),
        "BR" => new BrotliStream(request.Body, CompressionMode.Decompress),
        "ZSTD" => new DecompressionStream(request.Body),
        "LZ4" => LZ4Stream.Decode(request.Body),
        var other => throw new EngineException(48, "NOT_IMPLEMENTED", $"Unknown Content-Encoding '{other}'; known are gzip, deflate, br, zstd and lz4"),
    };

    /// <summary>The cheapest coding the client takes, since the connection never leaves the machine; null for none.</summary>
    public static string? Choose(HttpRequest request)
    {
        var accepted = request.Headers.AcceptEncoding.ToString();
        return Array.Find(["lz4", "zstd", "gzip", "deflate", "br"], name => accepted.Contains(name, StringComparison.OrdinalIgnoreCase));
    }

    public static Stream Encode(Stream body, string coding) => coding switch
    {
        "lz4" => LZ4Stream.Encode(body, leaveOpen: true),
        "zstd" => new CompressionStream(body, level: 1, leaveOpen: true),
        "gzip" => new GZipStream(body, CompressionLevel.Fastest, leaveOpen: true),
        "deflate" => new ZLibStream(body, CompressionLevel.Fastest, leaveOpen: true),
        _ => new BrotliStream(body, CompressionLevel.Fastest, leaveOpen: true),
    };
}
