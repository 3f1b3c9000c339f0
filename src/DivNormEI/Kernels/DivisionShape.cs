namespace DivNorm.Kernels;

/// <summary>What a divisive stage (Eq. 2) works on: maps [Batch, Channels, Height, Width], one kernel [KernelHeight, KernelWidth] a channel.</summary>
internal readonly record struct DivisionShape(int Batch, int Channels, int Height, int Width, int KernelHeight, int KernelWidth)
{
    public int Planes => Batch * Channels;

    public int Plane => Height * Width;

    public int Taps => KernelHeight * KernelWidth;

    /// <exception cref="ArgumentOutOfRangeException">A size below 1 or an even kernel.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Batch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Channels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Width, 1);
        if (KernelHeight < 1 || KernelHeight % 2 == 0 || KernelWidth < 1 || KernelWidth % 2 == 0)
            throw new ArgumentOutOfRangeException(nameof(KernelHeight), $"the division kernel is {KernelHeight}x{KernelWidth}: its sides must be odd and at least 1");
    }
}
