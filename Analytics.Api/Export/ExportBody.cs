using System.IO.Compression;
using System.Security.Cryptography;

namespace Analytics.Api.Export;

/// <summary>The body of an export: counts and hashes what the client will have once it has undone the compression.</summary>
internal sealed class ExportBody : Stream
{
    private readonly Stream _output;
    private readonly bool _compressed;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public ExportBody(Stream output, bool compress)
    {
        _compressed = compress;
        _output = compress ? new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true) : output;
    }

    public long Bytes { get; private set; }

    /// <summary>In hexadecimal. Once, at the end.</summary>
    public string Sha256() => Convert.ToHexStringLower(_hash.GetHashAndReset());

    /// <summary>Writes the end of the compression. An export that failed is not ended: its stream must not look complete.</summary>
    public async Task EndAsync()
    {
        if (_compressed)
            await _output.DisposeAsync();
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => Bytes;

    public override long Position
    {
        get => Bytes;
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Bytes += buffer.Length;
        _hash.AppendData(buffer.Span);
        await _output.WriteAsync(buffer, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => _output.FlushAsync(cancellationToken);

    public override void Flush() => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _hash.Dispose();
        base.Dispose(disposing);
    }
}
