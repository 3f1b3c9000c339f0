using System.Runtime.Intrinsics.X86;

namespace DivNorm.Kernels;

/// <summary>
/// Estimates, in nanoseconds of one core, what a lateral stage costs the spectral way and by libtorch's direct convolutions. The constants
/// were fitted to timings on a Sapphire Rapids core at about 2.8 GHz; only ratios matter, for the choice of tiles and of the way.
/// Both ways share work among threads alike, so threads do not enter.
/// </summary>
internal static class LateralCost
{
    /// <summary>Bytes a core takes from memory in a nanosecond.</summary>
    private const double Bandwidth = 9;

    /// <summary>Rows by which a product of few tiles wastes the micro-kernel's accumulators.</summary>
    private const double SpareRows = 2;

    /// <summary>Waking threads and renting memory, per stage.</summary>
    private const double Stage = 5_000;

    /// <summary>What a direct convolution costs for each tap of its kernel, however small the map.</summary>
    private const double DirectTap = 1_000;

    /// <summary>The spectral way with given tiles: a forward pass, or a training step with its weight transforms and gradients.</summary>
    public static double Spectral(LateralGeometry geometry, SimdPath path, bool training)
    {
        (double productRate, double point) = path switch
        {
            SimdPath.Avx512 => (55.0, 22.0),
            SimdPath.Avx2 => (28.0, 14.0),
            _ => (14.0, 11.0),
        };
        double tiles = (double)geometry.TileRows * geometry.Horizontal.Count;
        double transform = point * geometry.Vertical.Size * geometry.Horizontal.Size;
        double weightBytes = 8.0 * geometry.WeightPlane * geometry.Bins;
        double spectraBytes = 4.0 * (geometry.InputTile + geometry.OutputTile) * tiles * geometry.Bins;
        double product =
            (3.0 * geometry.WeightPlane * (tiles + (SpareRows * geometry.Blocks)) * geometry.Bins / productRate)
            + (((weightBytes * geometry.Blocks) + spectraBytes) / Bandwidth / 2);
        double inputs = tiles * geometry.PairBlocks * transform, outputs = tiles * geometry.OutputBlocks * transform;
        double forward = (3 * Stage) + inputs + product + (1.5 * outputs);
        if (!training)
            return forward;
        double weights = geometry.Pairs * (geometry.Columns / (double)geometry.Lanes) * transform;
        double backward = (6 * Stage) + outputs + (2 * product) + (weightBytes * geometry.Blocks / Bandwidth) + inputs;
        return forward + backward + (2.7 * weights);
    }

    /// <summary>Two direct convolutions, and in training their gradients. libtorch computes with at least 16 channels, and reorders the weights at each call.</summary>
    public static double Direct(LateralShape shape, bool training)
    {
        double kernels = ((double)shape.ExcitationKernel * shape.ExcitationKernel) + ((double)shape.InhibitionKernel * shape.InhibitionKernel);
        double products = kernels * shape.Elements * Math.Max(shape.Channels, 16) / (Avx512F.IsSupported ? 62 : Avx2.IsSupported ? 31 : 12);
        double weights = kernels * shape.Channels * shape.Channels * 0.5;
        double taps = kernels * DirectTap;
        return training ? (3.2 * (products + taps)) + (5 * weights) : products + taps + weights;
    }
}
