using System.IO.Compression;
using ZstdSharp;

namespace Analytics.Api.Tests.Ingest;

internal static class Encoders
{
    public static byte[] Encode(byte[] plain, string encoding)
    {
        if (encoding == "identity")
            return plain;
        using var buffer = new MemoryStream();
        using (Stream encoder = encoding switch
        {
            "gzip" => new GZipStream(buffer, CompressionLevel.Fastest, leaveOpen: true),
            "br" => new BrotliStream(buffer, CompressionLevel.Fastest, leaveOpen: true),
            "deflate" => new ZLibStream(buffer, CompressionLevel.Fastest, leaveOpen: true),
            _ => new CompressionStream(buffer, leaveOpen: true),
        })
        {
            encoder.Write(plain);
        }

        return buffer.ToArray();
    }
}
