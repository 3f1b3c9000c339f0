namespace DivNorm.Kernels;

/// <summary>
/// Blocks given back, kept for the next call: a training loop asks for the same sizes over and over, and fresh pages cost more
/// than the transforms that fill them. What lies idle is bounded; beyond that the blocks unused for longest are freed.
/// </summary>
internal static class NativePool
{
    /// <summary>Most bytes that may lie idle.</summary>
    private const long IdleLimit = 512L << 20;

    /// <summary>A block of another size serves if it wastes no more than this share.</summary>
    private const double Slack = 1.25;

    /// <summary>The least recently used first.</summary>
    private static readonly LinkedList<NativeBlock> Idle = new();
    private static readonly Lock Gate = new();
    private static long idleBytes;

    /// <summary>A block of at least <paramref name="floats"/> floats of undefined content.</summary>
    public static NativeBlock Rent(long floats)
    {
        long bytes = NativeBlock.BytesFor(floats);
        lock (Gate)
        {
            for (LinkedListNode<NativeBlock>? node = Idle.Last; node is not null; node = node.Previous)
            {
                if (node.Value.Bytes < bytes || node.Value.Bytes > bytes * Slack)
                    continue;
                Idle.Remove(node);
                idleBytes -= node.Value.Bytes;
                return node.Value;
            }
        }
        return NativeBlock.Allocate(floats);
    }

    /// <summary>Frees all that lies idle.</summary>
    public static void Trim()
    {
        lock (Gate)
        {
            foreach (NativeBlock block in Idle)
                block.Free();
            Idle.Clear();
            idleBytes = 0;
        }
    }

    internal static void Return(NativeBlock block)
    {
        lock (Gate)
        {
            Idle.AddLast(block);
            idleBytes += block.Bytes;
            while (idleBytes > IdleLimit)
            {
                NativeBlock oldest = Idle.First!.Value;
                Idle.RemoveFirst();
                idleBytes -= oldest.Bytes;
                oldest.Free();
            }
        }
    }
}
