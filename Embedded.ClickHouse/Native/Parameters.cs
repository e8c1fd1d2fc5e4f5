using System.Runtime.InteropServices;
using System.Text;

namespace Embedded.ClickHouse.Native;

/// <summary>Query parameters (<c>{name:Type}</c>) laid out as the four parallel arrays that libchdb takes.</summary>
internal sealed unsafe class Parameters : IDisposable
{
    private readonly void* block;

    public Parameters(IReadOnlyCollection<KeyValuePair<string, string>> pairs)
    {
        Count = (nuint)pairs.Count;
        if (pairs.Count == 0) return;

        var texts = pairs.SelectMany(p => new[] { Encoding.UTF8.GetBytes(p.Key), Encoding.UTF8.GetBytes(p.Value) }).ToArray();
        var pointers = pairs.Count * sizeof(nint);
        block = NativeMemory.Alloc((nuint)(4 * pointers + texts.Sum(t => t.Length + 1)));
        Names = (byte**)block;
        NameLengths = (nuint*)((byte*)block + pointers);
        Values = (byte**)((byte*)block + 2 * pointers);
        ValueLengths = (nuint*)((byte*)block + 3 * pointers);
        var text = (byte*)block + 4 * pointers;
        for (var i = 0; i < texts.Length; i++)
        {
            var isName = i % 2 == 0;
            (isName ? Names : Values)[i / 2] = text;
            (isName ? NameLengths : ValueLengths)[i / 2] = (nuint)texts[i].Length;
            texts[i].CopyTo(new Span<byte>(text, texts[i].Length));
            text[texts[i].Length] = 0;
            text += texts[i].Length + 1;
        }
    }

    public nuint Count { get; }
    public byte** Names { get; }
    public nuint* NameLengths { get; }
    public byte** Values { get; }
    public nuint* ValueLengths { get; }

    public void Dispose() => NativeMemory.Free(block);
}
