using System.Diagnostics.Metrics;

namespace Analytics.Api.Tests.Query;

internal sealed class FakeMeters : IMeterFactory
{
    public Meter Create(MeterOptions options) => new(options);

    public void Dispose()
    {
    }
}
