using MathNet.Numerics.Distributions;

namespace DivNorm.Lab.Experiments.Recognition;

/// <summary>Differences within pairs, and how sure their mean is.</summary>
/// <param name="Differences">One a pair, in order.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="Deviation">Their standard deviation (n - 1); null for one pair.</param>
/// <param name="Low">Lower end of the 95 % interval of the mean, by Student's t with n - 1 degrees of freedom; null for one pair.</param>
/// <param name="High">Upper end of the interval; null for one pair.</param>
public sealed record PairedDifference(IReadOnlyList<double> Differences, double Mean, double Deviation, double Low, double High)
{
    private const double Confidence = 0.95;

    /// <summary>Whether the interval leaves 0 out: false where there is none.</summary>
    internal bool ExcludesZero => Low > 0 || High < 0;

    /// <summary>The mean of differences with its interval.</summary>
    /// <param name="differences">One a pair, at least one.</param>
    public static PairedDifference Of(IEnumerable<double> differences)
    {
        double[] all = [.. differences];
        if (all.Length == 0)
            throw new ArgumentException("A mean needs at least one pair.", nameof(differences));
        double mean = all.Average();
        if (all.Length == 1)
            return new PairedDifference(all, mean, double.NaN, double.NaN, double.NaN);
        double deviation = Math.Sqrt(all.Sum(d => (d - mean) * (d - mean)) / (all.Length - 1));
        double reach = StudentT.InvCDF(0, 1, all.Length - 1, 0.5 + Confidence / 2) * deviation / Math.Sqrt(all.Length);
        return new PairedDifference(all, mean, deviation, mean - reach, mean + reach);
    }
}
