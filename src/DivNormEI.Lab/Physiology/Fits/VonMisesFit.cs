namespace DivNorm.Lab.Physiology.Fits;

/// <summary>
/// Orientation tuning as a von Mises function on the circle of orientation with a baseline (Swindale 1998, Biol Cybern 78:45): the response is
/// Baseline + Amplitude g, with g = (exp(Kappa (cos 2(theta - Preferred) - 1)) - exp(-2 Kappa)) / (1 - exp(-2 Kappa)), which runs from 0 at the orthogonal
/// orientation to 1 at the preferred one; it becomes a raised cosine as Kappa goes to 0. Least squares over the samples, unweighted.
/// Where the fit failed its numbers are NaN and <see cref="Failure"/> says why.
/// </summary>
public sealed record VonMisesFit
{
    /// <summary>The fewest orientations: one more than there are parameters.</summary>
    public const int LeastOrientations = 5;

    private const double BroadestKappa = 0.01;
    private const double SharpestKappa = 1000;

    /// <summary>Whether there is a fit.</summary>
    public bool Converged => Failure is null;

    /// <summary>Why there is no fit; null if there is one.</summary>
    public string? Failure { get; private init; }

    /// <summary>Orientation of the peak, degrees in [0, 180).</summary>
    public double Preferred { get; private init; } = double.NaN;

    /// <summary>Response at the orthogonal orientation, the lowest of the curve, in the responses' unit; not negative unless responses are.</summary>
    public double Baseline { get; private init; } = double.NaN;

    /// <summary>Response at the peak less <see cref="Baseline"/>, positive, in the responses' unit.</summary>
    public double Amplitude { get; private init; } = double.NaN;

    /// <summary>Concentration, .01 to 1000: sharper as it grows. At .01 the curve is a raised cosine, the broadest that there is.</summary>
    public double Kappa { get; private init; } = double.NaN;

    /// <summary>Half-width at half height between minimum and peak, degrees; 45 at most.</summary>
    public double Hwhh { get; private init; } = double.NaN;

    /// <summary>Fraction of the responses' variance that the fit explains.</summary>
    public double RSquared { get; private init; } = double.NaN;

    /// <summary>The fitted response at an orientation, degrees; NaN where the fit failed.</summary>
    /// <param name="orientation">Degrees.</param>
    public double At(double orientation) => Baseline + Amplitude * Shape(Kappa, 2 * (orientation - Preferred) * Math.PI / CircularCurve.Period);

    /// <summary>Fits a curve.</summary>
    /// <param name="orientations">Orientations in degrees, taken modulo 180, in any order and spacing.</param>
    /// <param name="responses">The response at each.</param>
    /// <exception cref="ArgumentException">The lengths differ. Whatever else is wrong with the samples is told in <see cref="Failure"/>.</exception>
    public static VonMisesFit Of(ReadOnlySpan<double> orientations, ReadOnlySpan<double> responses)
    {
        if (FitMeasures.Unfit("orientations", orientations, responses, LeastOrientations) is { } unfit)
            return new VonMisesFit { Failure = unfit };
        double[] angles = new double[orientations.Length];
        for (int i = 0; i < angles.Length; i++)
            angles[i] = 2 * CircularCurve.Wrap(orientations[i]) * Math.PI / CircularCurve.Period;
        double narrowest = NarrowestWidth(angles), floor = FitMeasures.Floor(responses);
        SeparableFit fit = SeparableFit.Of(
            [
                new ShapeParameter(0, 2 * Math.PI, 18, Periodic: true),
                new ShapeParameter(Math.Log(BroadestKappa), Math.Log(Math.Clamp(KappaOf(narrowest), 1, SharpestKappa)), 10),
            ],
            (shape, terms) =>
            {
                double kappa = Math.Exp(shape[1]);
                for (int i = 0; i < angles.Length; i++)
                    (terms[0][i], terms[1][i]) = (Shape(kappa, angles[i] - shape[0]), 1);
            },
            2,
            FitMeasures.Above(responses, floor));
        string? failure = fit.Failure
            ?? (fit.Coefficients[0] <= 0 ? "no orientation is preferred" : null)
            ?? (fit.IsHighest(1) ? $"tuning is narrower than these orientations can tell (half-width under {narrowest:0.#} degrees)" : null);
        if (failure is not null)
            return new VonMisesFit { Failure = failure };
        double sharpness = Math.Exp(fit.Shape[1]);
        VonMisesFit found = new()
        {
            Preferred = CircularCurve.Wrap(fit.Shape[0] * CircularCurve.Period / (2 * Math.PI)),
            Baseline = fit.Coefficients[1] + floor,
            Amplitude = fit.Coefficients[0],
            Kappa = sharpness,
            Hwhh = WidthOf(sharpness),
        };
        double explained = FitMeasures.RSquared(orientations, responses, found.At);
        return FitMeasures.Useless(explained) is { } useless ? new VonMisesFit { Failure = useless } : found with { RSquared = explained };
    }

    /// <summary>Half-width at half height of a concentration, degrees: cos 2w = 1 + ln((1 + exp(-2 kappa)) / 2) / kappa.</summary>
    internal static double WidthOf(double kappa) =>
        Math.Acos(Math.Clamp(1 + Math.Log((1 + Math.Exp(-2 * kappa)) / 2) / kappa, -1, 1)) / 2 * 180 / Math.PI;

    /// <summary>Near enough the concentration of a narrow width: exp(kappa (cos 2w - 1)) = 1/2.</summary>
    private static double KappaOf(double width) => Math.Log(2) / (1 - Math.Cos(2 * width * Math.PI / CircularCurve.Period));

    /// <summary>Half the smallest spacing, degrees: of a narrower peak no two samples see the flanks.</summary>
    private static double NarrowestWidth(double[] angles)
    {
        double[] sorted = [.. angles.Distinct().Order()];
        double smallest = sorted.Length < 2 ? Math.PI : 2 * Math.PI + sorted[0] - sorted[^1];
        for (int i = 1; i < sorted.Length; i++)
            smallest = Math.Min(smallest, sorted[i] - sorted[i - 1]);
        return smallest / 2 * CircularCurve.Period / (2 * Math.PI);
    }

    private static double Shape(double kappa, double angle)
    {
        double lowest = Math.Exp(-2 * kappa);
        return (Math.Exp(kappa * (Math.Cos(angle) - 1)) - lowest) / (1 - lowest);
    }
}
