using Analytics.Api.Ingest;

namespace Analytics.Api.Tests.Ingest;

public sealed class RequestBufferTests
{
    [Theory]
    [InlineData(16 * 1024, 90 << 20, 32 * 1024)]
    [InlineData(64 << 20, 90 << 20, (90 << 20) + 1)]
    [InlineData(1 << 30, 1 << 30, (1 << 30) + 1)]
    public void It_doubles_up_to_one_byte_more_than_the_limit(int size, int limit, int next) => Assert.Equal(next, RequestBuffer.Next(size, limit));
}
