using System.Collections.Concurrent;

namespace DivNorm.Kernels;

/// <summary>Makes plans, and keeps them: a plan is a few tables.</summary>
internal static class LateralPlans
{
    /// <summary>More shapes than any network has; a stream of ever new ones starts over.</summary>
    private const int MostPlans = 256;

    private static readonly ConcurrentDictionary<(LateralShape Shape, LateralOptions Options), LateralPlan?> Plans = new();

    public static LateralPlan? For(LateralShape shape, LateralOptions options)
    {
        shape.Validate();
        if (Plans.Count >= MostPlans)
            Plans.Clear();
        return Plans.GetOrAdd((shape, options), static key => Make(key.Shape, key.Options));
    }

    private static LateralPlan? Make(LateralShape shape, LateralOptions options)
    {
        LateralGeometry? best = null;
        SimdPath bestPath = default;
        double least = options.AlwaysSpectral ? double.PositiveInfinity : LateralCost.Direct(shape, options.Training);
        foreach (SimdPath path in options.Path is { } only ? [only] : SimdPaths.Available)
        {
            foreach (LateralGeometry geometry in Candidates(shape, options, Lanes(path)))
            {
                double cost = LateralCost.Spectral(geometry, path, options.Training);
                if (cost < least)
                    (best, bestPath, least) = (geometry, path, cost);
            }
        }
        return best is null ? null : bestPath switch
        {
            SimdPath.Avx512 => new SpectralPlan<Lane512>(best, bestPath, options.MemoryBudget),
            SimdPath.Avx2 => new SpectralPlan<Lane256>(best, bestPath, options.MemoryBudget),
            _ => new SpectralPlan<Lane128>(best, bestPath, options.MemoryBudget),
        };
    }

    /// <summary>Floats in a register; 0 where there are no kernels of ours.</summary>
    private static int Lanes(SimdPath path) => path switch
    {
        SimdPath.Avx512 => Lane512.Count,
        SimdPath.Avx2 => Lane256.Count,
        SimdPath.Portable => Lane128.Count,
        _ => 0,
    };

    private static IEnumerable<LateralGeometry> Candidates(LateralShape shape, LateralOptions options, int lanes)
    {
        if (lanes == 0)
            yield break;
        foreach (int height in FourierSizes.All.Where(size => size == (options.Tile?.Height ?? size) && TileAxis.Fits(shape.Height, shape.Radius, size)))
        {
            foreach (int width in FourierSizes.All.Where(size => size == (options.Tile?.Width ?? size) && TileAxis.Fits(shape.Width, shape.Radius, size)))
            {
                var geometry = new LateralGeometry(shape, lanes, height, width, options.MemoryBudget);
                if (geometry.Addressable)
                    yield return geometry;
            }
        }
    }
}
