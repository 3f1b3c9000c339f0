using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace DivNorm.Kernels;

/// <summary>Hands out, line by line, two stretches of memory that will be needed soon. Prefetches never fault, so overshooting is harmless.</summary>
internal unsafe struct Prefetcher
{
    /// <summary>Bytes of a cache line.</summary>
    public const int Line = 64;

    private byte* next;
    private byte* end;
    private byte* second;
    private readonly byte* secondEnd;

    public Prefetcher(float* first, nint firstFloats, float* second, nint secondFloats)
    {
        next = (byte*)first;
        end = (byte*)(first + firstFloats);
        this.second = (byte*)second;
        secondEnd = (byte*)(second + secondFloats);
    }

    /// <summary>Brings a line into L2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch(byte* line)
    {
        if (Sse.IsSupported)
            Sse.Prefetch1(line);
    }

    /// <summary>Brings a line into L1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FetchNear(float* line)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(line);
    }

    /// <summary>The next <paramref name="lines"/> lines; when both stretches are through, the last ones again.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Take(int lines)
    {
        if (next >= end && second < secondEnd)
        {
            next = second;
            end = second = secondEnd;
        }
        byte* taken = next;
        if (next < end)
            next += (nint)lines * Line;
        return taken;
    }
}
