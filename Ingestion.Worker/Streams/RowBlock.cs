using Ingestion.Worker.Native;

namespace Ingestion.Worker.Streams;

/// <summary>
/// A block that is filled from records: <see cref="Decode"/> reads one, and when it is neither refused nor a repeat,
/// <see cref="Append"/> adds it as a row.
/// </summary>
internal abstract class RowBlock : NativeBlock
{
    /// <summary>Reads the record; null when it can be stored. Never throws for what the record holds.</summary>
    public abstract Rejection? Decode(in LogRecord record);

    /// <summary>The identity of the record that was decoded last: two records with the same one are repeats.</summary>
    public abstract UInt128 Identity { get; }

    /// <summary>Adds the record that was decoded last.</summary>
    public abstract void Append(in LogRecord record);
}
