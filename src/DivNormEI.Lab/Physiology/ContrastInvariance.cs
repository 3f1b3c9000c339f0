namespace DivNorm.Lab.Physiology;

/// <summary>
/// How tuning depends on contrast, each as lowest contrast over highest: 1 is invariant. Raw curves overlay if the gain ratio is near 1,
/// peak-normalised curves if the width ratio is; neither implies the other. NaN where a measure is undefined.
/// </summary>
/// <param name="GainRatio">Peak at the lowest contrast / peak at the highest; NaN unless the latter is positive.</param>
/// <param name="WidthRatio">HWHH (between minimum and maximum) at the lowest contrast / at the highest.</param>
/// <param name="WidthRatioFromZero">The same with the HWHH measured from zero.</param>
public sealed record ContrastInvariance(double GainRatio, double WidthRatio, double WidthRatioFromZero)
{
    /// <summary>Compares the curves of the lowest and the highest contrast.</summary>
    /// <param name="contrasts">The contrasts, in any order.</param>
    /// <param name="metrics">The measures of the curve at each contrast.</param>
    /// <exception cref="ArgumentException">The lists are empty or of different lengths.</exception>
    public static ContrastInvariance Of(IReadOnlyList<double> contrasts, IReadOnlyList<TuningMetrics> metrics)
    {
        ArgumentNullException.ThrowIfNull(contrasts);
        ArgumentNullException.ThrowIfNull(metrics);
        if (contrasts.Count == 0 || contrasts.Count != metrics.Count)
            throw new ArgumentException($"Contrast invariance needs one curve a contrast: {contrasts.Count} contrasts, {metrics.Count} curves.");
        (_, TuningMetrics lowest) = contrasts.Zip(metrics).MinBy(pair => pair.First);
        (_, TuningMetrics highest) = contrasts.Zip(metrics).MaxBy(pair => pair.First);
        return new ContrastInvariance(
            highest.Peak > 0 ? lowest.Peak / highest.Peak : double.NaN,
            lowest.Hwhh / highest.Hwhh,
            lowest.HwhhFromZero / highest.HwhhFromZero);
    }
}
