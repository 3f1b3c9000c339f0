namespace DivNorm.Lab.Physiology;

/// <summary>The standard measures of one size tuning curve. A measure that does not exist is NaN. No baseline is subtracted.</summary>
/// <param name="Peak">The largest response.</param>
/// <param name="Plateau">The response to the largest stimulus.</param>
/// <param name="SuppressionIndex">
/// SI = (peak - plateau) / peak: 0 is no surround suppression, 1 silences the unit at the largest size, more than 1 pushes it below zero.
/// NaN unless the peak is positive.
/// </param>
/// <param name="SummationField">
/// Grating summation field: the first diameter at which the response reaches 95 % of the peak, in the unit of the diameters, one of those shown. NaN unless
/// the peak is positive.
/// </param>
public sealed record SizeTuning(double Peak, double Plateau, double SuppressionIndex, double SummationField)
{
    /// <summary>Share of the peak that ends the summation field.</summary>
    public const double SummationLevel = 0.95;

    /// <summary>Measures a curve.</summary>
    /// <param name="diameters">Diameters shown, ascending, at least 2.</param>
    /// <param name="responses">The response to each.</param>
    /// <exception cref="ArgumentException">Lengths differ, fewer than 2 samples, or the diameters do not ascend.</exception>
    public static SizeTuning Of(ReadOnlySpan<double> diameters, ReadOnlySpan<double> responses)
    {
        if (diameters.Length != responses.Length)
            throw new ArgumentException($"There are {diameters.Length} diameters but {responses.Length} responses.");
        if (diameters.Length < 2)
            throw new ArgumentException($"Size tuning needs at least 2 diameters, got {diameters.Length}.");
        double peak = double.NegativeInfinity;
        for (int i = 0; i < diameters.Length; i++)
        {
            if (i > 0 && !(diameters[i] > diameters[i - 1]))
                throw new ArgumentException($"Diameters must ascend: {diameters[i]} follows {diameters[i - 1]}.");
            peak = Math.Max(peak, responses[i]); // NaN if any response is
        }

        double plateau = responses[^1];
        if (!(peak > 0))
            return new SizeTuning(peak, plateau, double.NaN, double.NaN);
        int field = 0;
        while (responses[field] < SummationLevel * peak)
            field++;
        return new SizeTuning(peak, plateau, (peak - plateau) / peak, diameters[field]);
    }
}
