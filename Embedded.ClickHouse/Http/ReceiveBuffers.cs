using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace Embedded.ClickHouse.Http;

/// <summary>
/// Gives the web server blocks of 64 KB instead of its 4 KB: an insert of megabytes then takes a sixteenth of the system calls, and the
/// engine is handed larger pieces. Idle connections hold none.
/// </summary>
internal sealed class ReceiveBuffers : IMemoryPoolFactory<byte>
{
    public MemoryPool<byte> Create(MemoryPoolOptions? options) => new Pool();

    private sealed class Pool : MemoryPool<byte>
    {
        private const int BlockSize = 64 << 10;
        private const int MostKept = 256;
        private readonly ConcurrentQueue<Block> free = new();

        public override int MaxBufferSize => BlockSize;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockSize);
            if (!free.TryDequeue(out var block)) return new Block(this);

            block.Take();
            return block;
        }

        protected override void Dispose(bool disposing) => free.Clear();

        private void Return(Block block)
        {
            if (free.Count < MostKept) free.Enqueue(block);
        }

        // Pinned for good: sockets and the engine read it in place.
        private sealed class Block(Pool owner) : IMemoryOwner<byte>
        {
            public Memory<byte> Memory { get; } = GC.AllocateUninitializedArray<byte>(BlockSize, pinned: true);

            private int returned;

            public void Take() => returned = 0;

            public void Dispose()
            {
                // Once only: a block handed out twice would mix two requests.
                if (Interlocked.Exchange(ref returned, 1) == 0) owner.Return(this);
            }
        }
    }
}
