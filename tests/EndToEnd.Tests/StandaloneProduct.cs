using TestKit;

namespace EndToEnd.Tests;

/// <summary>Standalone as a product under test.</summary>
internal sealed class StandaloneProduct(StandaloneProcess standalone) : IProduct
{
    public Task<HttpResponseMessage> PostEventsAsync(byte[] ndjson, string? encoding = null) => standalone.PostEventsAsync(ndjson, encoding);
}
