using MathNet.Numerics.LinearAlgebra;

namespace DivNorm.Lab.Physiology;

/// <summary>
/// How tuning depends on contrast, one definition for the whole project. The ratios are lowest contrast over highest: 1 is invariant. Raw curves overlay
/// if the gain ratio is near 1, peak-normalised curves if the width ratio is; neither implies the other. Separability asks of all contrasts
/// whether response = gain(contrast) x tuning(orientation). NaN where a measure is undefined, all three at a single contrast.
/// </summary>
/// <param name="GainRatio">Peak at the lowest contrast / peak at the highest; NaN unless the latter is positive.</param>
/// <param name="WidthRatio">HWHH (between minimum and maximum) at the lowest contrast / at the highest.</param>
/// <param name="WidthRatioFromZero">The same with the HWHH measured from zero.</param>
/// <param name="Separability">
/// Fraction of the power of the contrast x orientation matrix of raw responses that its first singular component holds, s1^2 / sum of s^2, from 1 / (number
/// of contrasts) to 1: 1 says that contrast scales one tuning curve. No mean is taken off: a pedestal that does not scale with contrast is a
/// departure from separability, and a product of gain and tuning is of rank one only as it stands.
/// </param>
public sealed record ContrastInvariance(double GainRatio, double WidthRatio, double WidthRatioFromZero, double Separability)
{
    /// <summary>Compares the curves of the lowest and the highest contrast, and all of them for the separability.</summary>
    /// <param name="contrasts">The contrasts, in any order.</param>
    /// <param name="metrics">The measures of the curve at each contrast.</param>
    /// <param name="responses">
    /// [contrast][orientation]: the curves, all at the same orientations; no orientation at all leaves the separability undefined.
    /// </param>
    /// <exception cref="ArgumentException">The lists are empty or of different lengths, or curves are.</exception>
    public static ContrastInvariance Of(
        IReadOnlyList<double> contrasts, IReadOnlyList<TuningMetrics> metrics, IReadOnlyList<IReadOnlyList<double>> responses)
    {
        ArgumentNullException.ThrowIfNull(contrasts);
        ArgumentNullException.ThrowIfNull(metrics);
        ArgumentNullException.ThrowIfNull(responses);
        if (contrasts.Count == 0 || contrasts.Count != metrics.Count || contrasts.Count != responses.Count)
        {
            throw new ArgumentException(
                $"Contrast invariance needs one curve a contrast: {contrasts.Count} contrasts, {metrics.Count} measures, {responses.Count} curves.");
        }

        if (contrasts.Count == 1)
            return new ContrastInvariance(double.NaN, double.NaN, double.NaN, double.NaN);
        (_, TuningMetrics lowest) = contrasts.Zip(metrics).MinBy(pair => pair.First);
        (_, TuningMetrics highest) = contrasts.Zip(metrics).MaxBy(pair => pair.First);
        return new ContrastInvariance(
            highest.Peak > 0 ? lowest.Peak / highest.Peak : double.NaN,
            lowest.Hwhh / highest.Hwhh,
            lowest.HwhhFromZero / highest.HwhhFromZero,
            SeparabilityOf(responses));
    }

    /// <summary>The separability of a matrix of responses alone: see <see cref="Separability"/>.</summary>
    /// <param name="responses">[contrast][orientation], rows of one length.</param>
    /// <returns>NaN for fewer than two rows or columns, for a matrix of zeros, and where a response is not finite.</returns>
    /// <exception cref="ArgumentException">Rows are of different lengths.</exception>
    public static double SeparabilityOf(IReadOnlyList<IReadOnlyList<double>> responses)
    {
        ArgumentNullException.ThrowIfNull(responses);
        if (responses.Any(row => row.Count != responses[0].Count))
            throw new ArgumentException($"The curves of a response matrix must have one length, got {string.Join(", ", responses.Select(row => row.Count))}.");
        if (responses.Count < 2 || responses[0].Count < 2 || responses.Any(row => row.Any(value => !double.IsFinite(value))))
            return double.NaN;
        // Scaled by the largest, so that squares neither vanish nor overflow.
        double largest = responses.Max(row => row.Max(Math.Abs));
        if (largest == 0)
            return double.NaN;
        var singular = Matrix<double>.Build.Dense(responses.Count, responses[0].Count, (c, o) => responses[c][o] / largest).Svd(computeVectors: false).S;
        return singular[0] * singular[0] / singular.DotProduct(singular);
    }
}
