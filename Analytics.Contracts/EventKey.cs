namespace Analytics.Contracts;

/// <summary>
/// The record key decides the partition (partitioner <see cref="Partitioner"/>). A repeat of an event has the same tenant,
/// subject and id, so it reaches the same partition, whose owner knows the original.
/// </summary>
public static class EventKey
{
    /// <summary>librdkafka's name of the partitioner that every producer of events must use; it is the Java client's default.</summary>
    public const string Partitioner = "murmur2_random";

    private const byte Separator = (byte)'\n';

    /// <summary>
    /// <c>tenant LF subject</c>, so that all events about one subject keep their order; without a subject
    /// <c>tenant LF LF id</c>. Attributes cannot contain a line feed, so no two keys coincide by accident.
    /// </summary>
    public static byte[] Create(ReadOnlySpan<byte> tenant, ReadOnlySpan<byte> subject, ReadOnlySpan<byte> id)
    {
        var prefix = subject.IsEmpty ? 2 : 1;
        var tail = subject.IsEmpty ? id : subject;
        var key = GC.AllocateUninitializedArray<byte>(tenant.Length + prefix + tail.Length);
        tenant.CopyTo(key);
        key.AsSpan(tenant.Length, prefix).Fill(Separator);
        tail.CopyTo(key.AsSpan(tenant.Length + prefix));
        return key;
    }
}
