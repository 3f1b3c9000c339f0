using System.Collections.Concurrent;

namespace DivNorm.Kernels;

/// <summary>Makes plans, and keeps them: a plan is a few tables.</summary>
internal static class LateralPlans
{
    private static readonly ConcurrentDictionary<(LateralShape Shape, LateralOptions Options), LateralPlan?> Plans = new();

    public static LateralPlan? For(LateralShape shape, LateralOptions options)
    {
        shape.Validate();
        return Plans.GetOrAdd((shape, options), static key => Make(key.Shape, key.Options));
    }

    private static LateralPlan? Make(LateralShape shape, LateralOptions options)
    {
        int lanes = options.Path switch { SimdPath.Avx512 => 16, SimdPath.Avx2 => 8, SimdPath.Portable => 4, _ => 0 };
        if (lanes == 0)
            return null;
        LateralGeometry? best = null;
        double least = double.PositiveInfinity;
        foreach (int height in FourierSizes.All)
        {
            if (!TileAxis.Fits(shape.Height, shape.Radius, height) || (options.Tile is { } tile && tile.Height != height))
                continue;
            foreach (int width in FourierSizes.All)
            {
                if (!TileAxis.Fits(shape.Width, shape.Radius, width) || (options.Tile is { } forced && forced.Width != width))
                    continue;
                var geometry = new LateralGeometry(shape, lanes, height, width, options.MemoryBudget);
                double cost = LateralCost.Spectral(geometry);
                if (geometry.Addressable && cost < least)
                    (best, least) = (geometry, cost);
            }
        }
        return best is null ? null : options.Path switch
        {
            SimdPath.Avx512 => new SpectralPlan<Lane512>(best, options.Path, options.MemoryBudget),
            SimdPath.Avx2 => new SpectralPlan<Lane256>(best, options.Path, options.MemoryBudget),
            _ => new SpectralPlan<Lane128>(best, options.Path, options.MemoryBudget),
        };
    }
}
