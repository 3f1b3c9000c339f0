namespace DivNorm.Kernels;

/// <summary>
/// One SIMD register of <see cref="Count"/> floats. Kernels are written once over this interface; the JIT compiles them anew for
/// each implementing struct, down to the same instructions as hand-written intrinsics (no calls, no boxing, no spills of its own).
/// </summary>
/// <typeparam name="TSelf">The implementing struct, which wraps nothing but the register.</typeparam>
internal unsafe interface ILane<TSelf>
    where TSelf : unmanaged, ILane<TSelf>
{
    /// <summary>Floats a register holds.</summary>
    static abstract int Count { get; }

    /// <summary>Registers side by side in one panel of the GEMM micro-kernel: 4 with 32 registers, 2 with 16.</summary>
    static abstract int PanelVectors { get; }

    static abstract TSelf operator +(TSelf a, TSelf b);

    static abstract TSelf operator -(TSelf a, TSelf b);

    static abstract TSelf operator *(TSelf a, TSelf b);

    static abstract TSelf operator /(TSelf a, TSelf b);

    /// <summary>a * b + c.</summary>
    static abstract TSelf MulAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>c - a * b.</summary>
    static abstract TSelf NegMulAdd(TSelf a, TSelf b, TSelf c);

    static abstract TSelf Max(TSelf a, TSelf b);

    /// <summary>The sum of all lanes.</summary>
    static abstract float Sum(TSelf a);

    static abstract TSelf Broadcast(float value);

    static abstract TSelf Load(float* source);

    /// <summary>The first <paramref name="count"/> floats (0 to <see cref="Count"/>); the other lanes are zero and not read.</summary>
    static abstract TSelf LoadPartial(float* source, int count);

    static abstract void Store(TSelf value, float* target);

    /// <summary>Writes past the caches, to a register-aligned address: for data scattered far and read much later.</summary>
    static abstract void StoreStreaming(TSelf value, float* target);

    /// <summary>Writes the first <paramref name="count"/> lanes only.</summary>
    static abstract void StorePartial(TSelf value, float* target, int count);

    /// <summary>
    /// Transposes a <see cref="Count"/> x 4 block: lane i of <paramref name="c0"/>..<paramref name="c3"/> is float 0..3 of row i,
    /// which starts at source + i * stride. Rows are gathered in quarters of 128 bits, so only 4x4 transposes remain to be shuffled.
    /// </summary>
    static abstract void LoadColumns(float* source, nint stride, out TSelf c0, out TSelf c1, out TSelf c2, out TSelf c3);

    /// <summary>The inverse of <see cref="LoadColumns"/>.</summary>
    static abstract void StoreColumns(TSelf c0, TSelf c1, TSelf c2, TSelf c3, float* target, nint stride);
}
