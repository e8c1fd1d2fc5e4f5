namespace Ingestion.Worker.Dedup;

/// <summary>A set of 128-bit hashes: open addressing, linear probing, 16 bytes a slot, at most 80 % full. Add only.</summary>
internal sealed class IdentitySet
{
    private UInt128[] slots;
    private int count;
    private bool hasZero;

    public IdentitySet(int expected = 16) => slots = new UInt128[SlotsFor(expected)];

    public int Count => count + (hasZero ? 1 : 0);

    public bool Contains(UInt128 identity) => identity == UInt128.Zero ? hasZero : slots[Find(slots, identity)] == identity;

    /// <summary>False when it was there already.</summary>
    public bool Add(UInt128 identity)
    {
        if (identity == UInt128.Zero)
        {
            var added = !hasZero;
            hasZero = true;
            return added;
        }

        var slot = Find(slots, identity);
        if (slots[slot] == identity)
        {
            return false;
        }

        slots[slot] = identity;
        if (++count > slots.Length / 5L * 4)
        {
            Grow();
        }

        return true;
    }

    private static int SlotsFor(int expected)
    {
        var slots = 16L;
        while (slots / 5 * 4 < expected)
        {
            slots *= 2;
        }

        return (int)slots;
    }

    private static int Find(UInt128[] slots, UInt128 identity)
    {
        var mask = slots.Length - 1;
        var slot = (int)(ulong)identity & mask;
        while (slots[slot] != UInt128.Zero && slots[slot] != identity)
        {
            slot = (slot + 1) & mask;
        }

        return slot;
    }

    private void Grow()
    {
        var larger = new UInt128[slots.Length * 2];
        foreach (var identity in slots)
        {
            if (identity != UInt128.Zero)
            {
                larger[Find(larger, identity)] = identity;
            }
        }

        slots = larger;
    }
}
