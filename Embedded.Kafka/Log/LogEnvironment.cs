using Microsoft.Extensions.Logging;

namespace Embedded.Kafka.Log;

/// <summary>What all partitions share.</summary>
/// <param name="Flush">The threads that sync.</param>
/// <param name="SyncsAlways">True: an append is acknowledged after its sync. False: syncs come in intervals.</param>
/// <param name="RefusesAppends">The fault that behaves like a full disk.</param>
/// <param name="Time">The clock.</param>
/// <param name="Logger">Where recovery and retention tell what they did.</param>
internal sealed record LogEnvironment(FlushThreads Flush, bool SyncsAlways, Func<bool> RefusesAppends, TimeProvider Time, ILogger Logger);
