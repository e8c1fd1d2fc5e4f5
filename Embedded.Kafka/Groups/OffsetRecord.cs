using System.Buffers.Binary;
using System.Text;
using Embedded.Kafka.Log;

namespace Embedded.Kafka.Groups;

/// <summary>One record of the offsets file: length, CRC-32C, then kind, group (or topic) and positions.</summary>
internal sealed record OffsetRecord(byte Kind, string Name, IReadOnlyList<Committed> Positions)
{
    public const byte Commit = 1;
    public const byte DeleteGroup = 2;
    public const byte DeletePositions = 3;
    public const byte DeleteTopic = 4;
    private const int Prefix = 8;

    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        stream.SetLength(Prefix);
        stream.Position = Prefix;
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(Kind);
        writer.Write(Name);
        writer.Write(Positions.Count);
        foreach (var position in Positions)
        {
            writer.Write(position.Topic);
            writer.Write(position.Partition);
            writer.Write(position.Offset);
            writer.Write(position.LeaderEpoch);
            writer.Write(position.Metadata);
        }
        var bytes = stream.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(bytes, bytes.Length - Prefix);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), Crc32C.Of(bytes.AsSpan(Prefix)));
        return bytes;
    }

    /// <summary>False at the end and at a torn record.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out OffsetRecord record, out int length)
    {
        (record, length) = (null!, 0);
        if (bytes.Length < Prefix) return false;
        var size = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        if (size < 1 || size > bytes.Length - Prefix) return false;
        var body = bytes.Slice(Prefix, size);
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) != Crc32C.Of(body)) return false;
        using var reader = new BinaryReader(new MemoryStream(body.ToArray()), Encoding.UTF8);
        var (kind, name) = (reader.ReadByte(), reader.ReadString());
        var positions = new Committed[reader.ReadInt32()];
        for (var i = 0; i < positions.Length; i++)
            positions[i] = new Committed(reader.ReadString(), reader.ReadInt32(), reader.ReadInt64(), reader.ReadInt32(), reader.ReadString());
        (record, length) = (new OffsetRecord(kind, name, positions), Prefix + size);
        return true;
    }

    public void ApplyTo(Dictionary<string, Dictionary<(string Topic, int Partition), Committed>> groups)
    {
        switch (Kind)
        {
            case Commit:
                if (!groups.TryGetValue(Name, out var positions)) groups[Name] = positions = [];
                foreach (var position in Positions) positions[(position.Topic, position.Partition)] = position;
                break;
            case DeleteGroup:
                groups.Remove(Name);
                break;
            case DeletePositions when groups.TryGetValue(Name, out var some):
                foreach (var position in Positions) some.Remove((position.Topic, position.Partition));
                break;
            case DeleteTopic:
                foreach (var group in groups.Values)
                    foreach (var key in group.Keys.Where(k => k.Topic == Name).ToList()) group.Remove(key);
                break;
        }
    }
}
