namespace DivNorm.Lab.Physiology;

/// <summary>
/// The standard measures of one orientation tuning curve. A measure that is undefined for a curve (a width of a flat curve, an index of
/// a silent cell) is <see cref="double.NaN"/>, never a stand-in number.
/// </summary>
public sealed record TuningMetrics
{
    /// <summary>Modulation, relative to the largest response, below which a curve counts as flat: float32 rounding is not tuning.</summary>
    public const double FlatCurve = 1e-6;

    /// <summary>
    /// The orientation that counts as preferred, degrees in [0, 180): the nominal one if it was given, else the highest point of the curve, which may lie
    /// between samples; NaN if the curve is flat and none was given.
    /// </summary>
    public required double Preferred { get; init; }

    /// <summary>The response at the preferred orientation.</summary>
    public required double Peak { get; init; }

    /// <summary>
    /// Half-width at half height, degrees: the mean of the distances from the preferred orientation at which the curve falls, on either side,
    /// to the middle of its minimum and its peak. NaN if the curve is flat, if the preferred orientation is its minimum, or if a side does not fall
    /// that far within 90 degrees. Right to 1 % or .5 degrees where it is at least 1.5 times the spacing of the samples; narrower curves come out too wide.
    /// </summary>
    public required double Hwhh { get; init; }

    /// <summary>The same at half of the peak measured from zero, so that an untuned pedestal widens it; NaN also where the pedestal is over half the peak.</summary>
    public required double HwhhFromZero { get; init; }

    /// <summary>
    /// Orientation bandwidth of Ringach, Shapley and Hawken 2002, degrees: the half-width at 1/sqrt(2) (70.7 %) of the peak from zero, of the curve smoothed
    /// with a Hanning window of 13.5 degrees half-width at half-height. The peak is the smoothed curve's own. NaN if the curve is flat, its smoothed
    /// peak is not positive or a side does not fall that far within 90 degrees. The smoothing keeps it at 9.8 degrees or more.
    /// </summary>
    public required double RingachBandwidth { get; init; }

    /// <summary>Orientation selectivity index, (Rpref - Rorth) / (Rpref + Rorth); NaN unless the sum is positive.</summary>
    public required double Osi { get; init; }

    /// <summary>
    /// Global OSI, |sum R exp(2 i theta)| / sum |R|, each sample weighted by its share of the circle (all alike if evenly spaced); NaN for a silent
    /// cell.
    /// </summary>
    public required double GlobalOsi { get; init; }

    /// <summary>Circular variance, 1 - <see cref="GlobalOsi"/> (Ringach et al. 2002): 0 sharpest, 1 untuned.</summary>
    public double CircularVariance => 1 - GlobalOsi;

    /// <summary>Response orthogonal to the preferred orientation over the preferred one (O/P); NaN unless the peak is positive.</summary>
    public required double OrthogonalToPreferred { get; init; }

    /// <summary>The widest arc without a sample, degrees: what the widths are to be judged by.</summary>
    public required double LargestGap { get; init; }

    /// <summary>
    /// Measures a curve. Without a nominal orientation it is read between samples as a periodic cubic spline, so that neither its peak nor its widths hang on
    /// where the samples lie. With one it is read along straight lines: it is then taken to be aligned, a sample at its peak.
    /// </summary>
    /// <param name="orientations">Orientations in degrees, taken modulo 180, at least 3, in any order and spacing, none twice.</param>
    /// <param name="responses">The response at each orientation.</param>
    /// <param name="nominal">
    /// The orientation to take as preferred, degrees (interpolated if it is no sample). Without it the curve's highest point, which on a noisy
    /// or two-shouldered curve may be a shoulder.
    /// </param>
    /// <exception cref="ArgumentException">Lengths differ, fewer than 3 samples, a value not finite, or an orientation twice.</exception>
    public static TuningMetrics Of(ReadOnlySpan<double> orientations, ReadOnlySpan<double> responses, double? nominal = null)
    {
        CircularCurve samples = new(orientations, responses);
        SplineCurve spline = new(samples);
        IOrientationCurve curve = nominal is null ? spline : samples;
        double preferred = CircularCurve.Wrap(nominal ?? curve.PeakOrientation), flat = FlatCurve * samples.LargestMagnitude;
        double peak = curve.At(preferred), orthogonal = curve.At(preferred + CircularCurve.Period / 2), minimum = curve.Minimum;
        bool tuned = peak - minimum > flat;
        return new TuningMetrics
        {
            Preferred = nominal is null && !tuned ? double.NaN : preferred,
            Peak = peak,
            Hwhh = tuned ? HalfWidth(curve, preferred, (minimum + peak) / 2) : double.NaN,
            HwhhFromZero = tuned && peak > 0 ? HalfWidth(curve, preferred, peak / 2) : double.NaN,
            RingachBandwidth = samples.Values.Max() - samples.Minimum > flat ? HanningSmoothing.HalfWidth(spline, 1 / Math.Sqrt(2)) : double.NaN,
            Osi = peak + orthogonal > 0 ? (peak - orthogonal) / (peak + orthogonal) : double.NaN,
            GlobalOsi = curve.MeanVectorLength(),
            OrthogonalToPreferred = peak > 0 ? orthogonal / peak : double.NaN,
            LargestGap = samples.LargestGap,
        };
    }

    private static double HalfWidth(IOrientationCurve curve, double preferred, double level) =>
        (curve.DistanceToFall(preferred, level, +1) + curve.DistanceToFall(preferred, level, -1)) / 2;
}
