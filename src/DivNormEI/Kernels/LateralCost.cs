namespace DivNorm.Kernels;

/// <summary>Estimates, in nanoseconds of one core up to a common factor, what a lateral stage costs.</summary>
internal static class LateralCost
{
    /// <summary>Cost of the spectral way with given tiles.</summary>
    public static double Spectral(LateralGeometry geometry)
    {
        double tiles = (double)geometry.TileRows * geometry.Horizontal.Count;
        double product = 3.0 * geometry.Bins * geometry.Depth * geometry.Columns * tiles;
        return product;
    }
}
