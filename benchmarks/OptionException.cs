namespace Benchmarks;

/// <summary>The command line says something that cannot be done; the message tells the user what.</summary>
internal sealed class OptionException(string message) : Exception(message);
