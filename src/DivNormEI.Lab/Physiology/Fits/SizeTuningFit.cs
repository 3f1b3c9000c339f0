using MathNet.Numerics;

namespace DivNorm.Lab.Physiology.Fits;

/// <summary>
/// Size tuning as the difference of the integrals of an excitatory and a broader inhibitory Gaussian over the stimulus (DeAngelis, Freeman and Ohzawa 1994,
/// J Neurophysiol 71:347; Sceniak, Hawken and Shapley 2001, J Neurophysiol 85:1873):
/// response = Excitation erf(d / ExcitatoryExtent) - Inhibition erf(d / InhibitoryExtent) + Baseline, d the stimulus's diameter. Least squares over the
/// sizes, unweighted. With five sizes the baseline is held at 0, since five parameters would go through any five responses.
/// Where the fit failed its numbers are NaN and <see cref="Failure"/> says why.
/// </summary>
public sealed record SizeTuningFit
{
    /// <summary>The fewest sizes.</summary>
    public const int LeastSizes = 5;

    private const double Beyond = 4;
    private const double LeastRatio = 1.1;
    private const double MostRatio = 20;
    private const double AsGood = 0.01;

    /// <summary>Whether there is a fit.</summary>
    public bool Converged => Failure is null;

    /// <summary>Why there is no fit; null if there is one.</summary>
    public string? Failure { get; private init; }

    /// <summary>Strength of the excitatory Gaussian (Ke), positive, in the responses' unit.</summary>
    public double Excitation { get; private init; } = double.NaN;

    /// <summary>Diameter over which excitation sums: erf is .84 there; in the sizes' unit, up to 4 times the largest.</summary>
    public double ExcitatoryExtent { get; private init; } = double.NaN;

    /// <summary>Strength of the inhibitory Gaussian (Ki), 0 or more, in the responses' unit.</summary>
    public double Inhibition { get; private init; } = double.NaN;

    /// <summary>Diameter over which inhibition sums, over <see cref="ExcitatoryExtent"/>; NaN where there is no inhibition.</summary>
    public double InhibitoryExtent { get; private init; } = double.NaN;

    /// <summary>Response at size 0, in the responses' unit; not negative unless responses are.</summary>
    public double Baseline { get; private init; } = double.NaN;

    /// <summary>Whether <see cref="Baseline"/> was fitted, or held at 0 for want of sizes.</summary>
    public bool BaselineFitted { get; private init; }

    /// <summary>The size, at most the largest shown, at which the fitted response is highest.</summary>
    public double PeakSize { get; private init; } = double.NaN;

    /// <summary>(peak - plateau) / peak of the fitted response, the plateau that at the largest size shown; NaN unless the peak is positive.</summary>
    public double SuppressionIndex { get; private init; } = double.NaN;

    /// <summary>Fraction of the responses' variance that the fit explains.</summary>
    public double RSquared { get; private init; } = double.NaN;

    /// <summary>The fitted response at a size of 0 or more; NaN where the fit failed.</summary>
    /// <param name="size">Diameter, in the unit of the sizes fitted.</param>
    public double At(double size) => Baseline + Excitation * SpecialFunctions.Erf(size / ExcitatoryExtent)
        - (Inhibition == 0 ? 0 : Inhibition * SpecialFunctions.Erf(size / InhibitoryExtent));

    /// <summary>Fits sizes and responses.</summary>
    /// <param name="sizes">Diameters of 0 or more, none twice, in any order.</param>
    /// <param name="responses">The response at each.</param>
    /// <exception cref="ArgumentException">The lengths differ. Whatever else is wrong with the samples is told in <see cref="Failure"/>.</exception>
    public static SizeTuningFit Of(ReadOnlySpan<double> sizes, ReadOnlySpan<double> responses)
    {
        if (FitMeasures.Unfit("sizes", sizes, responses, LeastSizes) is { } unfit)
            return new SizeTuningFit { Failure = unfit };
        double[] d = sizes.ToArray();
        if (d.Any(size => size < 0) || d.Distinct().Count() != d.Length)
            return new SizeTuningFit { Failure = "sizes must be 0 or more, none twice" };
        (SizeTuningFit full, double explained) = Solve(d, responses, inhibited: true);
        if (full.Converged)
            return full;
        // An inhibition that cannot be told from less excitation counts as none where none fits as well.
        (SizeTuningFit plain, _) = Solve(d, responses, inhibited: false);
        return plain.RSquared >= explained - AsGood ? plain : full;
    }

    /// <summary>A fit with or without inhibition, and the fraction of variance that it explains even if it is refused.</summary>
    private static (SizeTuningFit Fit, double Explained) Solve(double[] sizes, ReadOnlySpan<double> responses, bool inhibited)
    {
        bool withBaseline = sizes.Length > LeastSizes;
        int baselineTerm = inhibited ? 2 : 1;
        double floor = withBaseline ? FitMeasures.Floor(responses) : 0;
        double smallest = sizes.Where(size => size > 0).Min(), largest = sizes.Max();
        ShapeParameter extent = new(Math.Log(smallest / Beyond), Math.Log(largest * Beyond), 14), ratio = new(Math.Log(LeastRatio), Math.Log(MostRatio), 10);
        SeparableFit fit = SeparableFit.Of(
            inhibited ? [extent, ratio] : [extent],
            (shape, terms) =>
            {
                double excitatory = Math.Exp(shape[0]);
                for (int i = 0; i < sizes.Length; i++)
                {
                    terms[0][i] = SpecialFunctions.Erf(sizes[i] / excitatory);
                    if (inhibited)
                        terms[1][i] = -SpecialFunctions.Erf(sizes[i] / (excitatory * Math.Exp(shape[1])));
                    if (withBaseline)
                        terms[baselineTerm][i] = 1;
                }
            },
            baselineTerm + (withBaseline ? 1 : 0),
            FitMeasures.Above(responses, floor));
        if (fit.Failure is not null)
            return (new SizeTuningFit { Failure = fit.Failure }, double.NegativeInfinity);
        inhibited &= fit.Coefficients[1] > 0;
        SizeTuningFit found = new()
        {
            Excitation = fit.Coefficients[0],
            ExcitatoryExtent = Math.Exp(fit.Shape[0]),
            Inhibition = inhibited ? fit.Coefficients[1] : 0,
            InhibitoryExtent = inhibited ? Math.Exp(fit.Shape[0] + fit.Shape[1]) : double.NaN,
            Baseline = withBaseline ? fit.Coefficients[baselineTerm] + floor : 0,
            BaselineFitted = withBaseline,
        };
        double explained = FitMeasures.RSquared(sizes, responses, found.At);
        if ((Undetermined(fit, inhibited, largest) ?? FitMeasures.Useless(explained)) is { } failure)
            return (new SizeTuningFit { Failure = failure }, explained);
        double peakSize = inhibited ? Math.Min(found.Summit(), largest) : largest, peak = found.At(peakSize);
        double suppression = peak > 0 ? (peak - found.At(largest)) / peak : double.NaN;
        return (found with { PeakSize = peakSize, SuppressionIndex = suppression, RSquared = explained }, explained);
    }

    /// <summary>Where Ke/a exp(-(d/a)^2) = Ki/b exp(-(d/b)^2); 0 if inhibition outweighs excitation from the start.</summary>
    private double Summit()
    {
        double a = ExcitatoryExtent, b = InhibitoryExtent;
        return Math.Sqrt(Math.Max(0, Math.Log(Excitation * b / (Inhibition * a)) / (1 / (a * a) - 1 / (b * b))));
    }

    /// <summary>A parameter on its bound is no estimate: says what the responses lack.</summary>
    private static string? Undetermined(SeparableFit fit, bool inhibited, double largest) =>
        fit.Coefficients[0] <= 0 ? "the response does not grow with size"
        : fit.IsHighest(0) ? "the response still grows in proportion at the largest size"
        : fit.IsLowest(0) ? "the response is at its peak at the smallest size already"
        : !inhibited ? null
        : fit.IsLowest(1) ? "excitation and inhibition have one extent and cannot be told apart"
        : fit.IsHighest(1) || fit.Shape[0] + fit.Shape[1] > Math.Log(largest * Beyond) ? "suppression still grows in proportion at the largest size"
        : null;
}
