namespace DivNorm.Kernels;

/// <summary>
/// The channel planes behind the lanes of one block of one image: lane l is Re + l * plane and Im + l * plane.
/// Lanes from <see cref="ReCount"/> (or <see cref="ImCount"/>) on have no plane; they count as zero and are never read or written.
/// </summary>
internal unsafe struct PlanePair
{
    public float* Re;
    public float* Im;
    public int ReCount;
    public int ImCount;

    /// <summary>Channels 2 L block onwards, in two runs of L, of one array [n, C, H, W].</summary>
    public static PlanePair OfOne(LateralGeometry geometry, float* maps, int image, int block)
    {
        LateralShape shape = geometry.Shape;
        int first = block * 2 * geometry.Lanes, second = first + geometry.Lanes;
        nint plane = (nint)shape.Height * shape.Width;
        float* origin = maps + ((nint)image * shape.Channels * plane);
        return new PlanePair
        {
            Re = origin + (first * plane),
            Im = origin + (second * plane),
            ReCount = Math.Clamp(shape.Channels - first, 0, geometry.Lanes),
            ImCount = Math.Clamp(shape.Channels - second, 0, geometry.Lanes),
        };
    }

    /// <summary>The input pairs: the same channels of both sources, or channels of the shared one.</summary>
    public static PlanePair OfInputs(LateralGeometry geometry, float* y, float* yn, int image, int block)
    {
        LateralShape shape = geometry.Shape;
        if (shape.SharedSource)
            return OfOne(geometry, yn, image, block);
        int first = block * geometry.Lanes;
        int count = Math.Min(shape.Channels - first, geometry.Lanes);
        nint offset = (((nint)image * shape.Channels) + first) * shape.Height * shape.Width;
        return new PlanePair { Re = y + offset, Im = yn + offset, ReCount = count, ImCount = count };
    }
}
