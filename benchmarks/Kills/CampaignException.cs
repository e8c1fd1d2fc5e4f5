namespace Benchmarks.Kills;

/// <summary>The campaign cannot go on; the message tells why.</summary>
internal sealed class CampaignException(string message) : Exception(message);
