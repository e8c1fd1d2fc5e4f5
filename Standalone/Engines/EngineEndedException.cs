namespace Standalone.Engines;

/// <summary>An engine ended before it could be used.</summary>
internal sealed class EngineEndedException() : Exception("The engine ended before it was listening.");
