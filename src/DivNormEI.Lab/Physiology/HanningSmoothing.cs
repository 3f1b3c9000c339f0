namespace DivNorm.Lab.Physiology;

/// <summary>
/// The smoothing before Ringach's bandwidth: "tuning curves were smoothed with a Hanning window filter with a half width at half height of 13.5 degrees"
/// (Ringach, Shapley and Hawken 2002, J Neurosci 22:5639), here on the curve read every degree.
/// </summary>
internal static class HanningSmoothing
{
    /// <summary>Half-width at half height of the window, degrees; it ends at twice that.</summary>
    internal const double WindowHalfWidth = 13.5;

    private const int Reach = (int)(2 * WindowHalfWidth) - 1;
    private const int Count = (int)CircularCurve.Period;

    private static readonly double[] Degrees = [.. Enumerable.Range(0, Count).Select(degree => (double)degree)];
    private static readonly double[] Window = MakeWindow();

    /// <summary>The curve smoothed.</summary>
    internal static SplineCurve Of(SplineCurve curve)
    {
        // Wrapped at both ends, so that the window never has to ask where the circle closes.
        double[] read = new double[Count + 2 * Reach], smooth = new double[Count];
        for (int i = 0; i < Count; i++)
            read[i + Reach] = curve.At(i);
        for (int i = 0; i < Reach; i++)
            (read[i], read[Count + Reach + i]) = (read[i + Count], read[i + Reach]);
        for (int i = 0; i < Count; i++)
        {
            double sum = 0;
            for (int j = 0; j < Window.Length; j++)
                sum += Window[j] * read[i + j];
            smooth[i] = sum;
        }

        return new SplineCurve(new CircularCurve(Degrees, smooth));
    }

    private static double[] MakeWindow()
    {
        double[] window = new double[2 * Reach + 1];
        for (int i = 0; i < window.Length; i++)
            window[i] = 1 + Math.Cos(Math.PI * (i - Reach) / (2 * WindowHalfWidth));
        double sum = window.Sum();
        return Array.ConvertAll(window, weight => weight / sum);
    }
}
