namespace DivNorm.Kernels;

/// <summary>What a lateral stage computes: out = corr(E, w_exc) - corr(Yn, w_inh) over maps [Batch, Channels, Height, Width].</summary>
/// <param name="Batch">Images, at least 1.</param>
/// <param name="Channels">Input and output channels, at least 1.</param>
/// <param name="Height">Rows, at least 1.</param>
/// <param name="Width">Columns, at least 1.</param>
/// <param name="ExcitationKernel">Side of w_exc [Channels, Channels, k, k]; odd.</param>
/// <param name="InhibitionKernel">Side of w_inh; odd.</param>
/// <param name="SharedSource">E reads Yn as well: one source, and one merged kernel.</param>
internal readonly record struct LateralShape(int Batch, int Channels, int Height, int Width, int ExcitationKernel, int InhibitionKernel, bool SharedSource)
{
    /// <summary>Side of the larger kernel; the smaller one is centred in it.</summary>
    public int Kernel => Math.Max(ExcitationKernel, InhibitionKernel);

    public int Radius => Kernel / 2;

    public long Elements => (long)Batch * Channels * Height * Width;

    /// <exception cref="ArgumentOutOfRangeException">A size below 1 or an even kernel.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Batch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Channels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Width, 1);
        ThrowUnlessOdd(ExcitationKernel, nameof(ExcitationKernel));
        ThrowUnlessOdd(InhibitionKernel, nameof(InhibitionKernel));
    }

    private static void ThrowUnlessOdd(int side, string name)
    {
        if (side < 1 || side % 2 == 0)
            throw new ArgumentOutOfRangeException(name, side, $"{name} is {side}: a kernel side must be odd and at least 1");
    }
}
