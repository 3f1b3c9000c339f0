using System.Runtime.InteropServices;

namespace DivNorm.Kernels;

/// <summary>
/// Page-aligned floats outside the managed heap, lent by <see cref="NativePool"/>. Disposing gives them back; so does the finalizer of
/// a block that is forgotten (what was kept for a backward pass that never came). The collector is told of the memory, else it
/// would see no reason to run, and passes without a backward pass would pile up.
/// </summary>
internal sealed unsafe partial class NativeBlock : IDisposable
{
    /// <summary>Size and alignment of a huge page on x64 and arm64 Linux.</summary>
    private const nuint HugePage = 2 << 20;
    private const nuint Page = 4096;
    private const int AdviseHugePages = 14;

    private static long held;

    private float* pointer;

    private NativeBlock(float* pointer, nuint bytes)
    {
        this.pointer = pointer;
        Bytes = (long)bytes;
    }

    ~NativeBlock() => GiveBack();

    /// <summary>Bytes that all blocks have from the system now, lent or idle.</summary>
    public static long Held => Interlocked.Read(ref held);

    public long Bytes { get; }

    public float* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(pointer == null, this);
            return pointer;
        }
    }

    /// <summary>What a request for so many floats occupies.</summary>
    public static long BytesFor(long floats)
    {
        nuint bytes = checked((nuint)floats * sizeof(float));
        nuint unit = bytes >= HugePage ? HugePage : Page;
        return (long)((Math.Max(bytes, 1) + unit - 1) / unit * unit);
    }

    /// <summary>Memory of undefined content. Scattered spectra touch a page a store: huge pages spare most of the misses.</summary>
    public static NativeBlock Allocate(long floats)
    {
        nuint bytes = (nuint)BytesFor(floats);
        bool large = bytes >= HugePage;
        float* pointer = (float*)NativeMemory.AlignedAlloc(bytes, large ? HugePage : Page);
        if (large && OperatingSystem.IsLinux())
            _ = Advise(pointer, bytes, AdviseHugePages);
        GC.AddMemoryPressure((long)bytes);
        Interlocked.Add(ref held, (long)bytes);
        return new NativeBlock(pointer, bytes);
    }

    /// <summary>Gives the memory back to the pool; this object is dead afterwards.</summary>
    public void Dispose()
    {
        GiveBack();
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives the memory back to the system.</summary>
    public void Free()
    {
        if (pointer == null)
            return;
        NativeMemory.AlignedFree(pointer);
        GC.RemoveMemoryPressure(Bytes);
        Interlocked.Add(ref held, -Bytes);
        pointer = null;
    }

    private void GiveBack()
    {
        float* kept = pointer;
        if (kept == null)
            return;
        pointer = null;
        NativePool.Return(new NativeBlock(kept, (nuint)Bytes));
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(void* address, nuint length, int advice);
}
