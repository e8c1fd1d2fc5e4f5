using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Analytics.Contracts;

/// <summary>
/// The names seen so far in one event, per object: an open-addressing table that is emptied by advancing a stamp.
/// The seed differs between instances, so that nobody can prepare names that collide.
/// </summary>
internal sealed class KeySet
{
    // Twice what an event can bring: EventRules.MaxDataKeys, and one extension per 5 bytes of EventRules.MaxExtensionsBytes.
    private const int Slots = 1024;

    private readonly Slot[] _slots = new Slot[Slots];
    private readonly long _seed = Random.Shared.NextInt64();
    private uint _stamp;

    public void Clear()
    {
        if (++_stamp != 0)
            return;
        Array.Clear(_slots);
        _stamp = 1;
    }

    /// <summary>False when <paramref name="owner"/> has that name already.</summary>
    public bool Add(int owner, Text name, ReadOnlySpan<byte> json, ReadOnlySpan<byte> scratch)
    {
        var bytes = name.In(json, scratch);
        var hash = (uint)XxHash3.HashToUInt64(bytes, _seed + owner);
        for (var i = hash % Slots; ; i = (i + 1) % Slots)
        {
            ref var slot = ref _slots[i];
            if (slot.Stamp != _stamp)
            {
                slot = new Slot { Stamp = _stamp, Hash = hash, Owner = owner, Name = name };
                return true;
            }

            if (slot.Hash == hash && slot.Owner == owner && slot.Name.In(json, scratch).SequenceEqual(bytes))
                return false;
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private struct Slot
    {
        public uint Stamp;
        public uint Hash;
        public int Owner;
        public Text Name;
    }
}
