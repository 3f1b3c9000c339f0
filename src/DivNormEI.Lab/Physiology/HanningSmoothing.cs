namespace DivNorm.Lab.Physiology;

/// <summary>
/// A tuning curve read every degree and smoothed with a Hanning window of 13.5 degrees half-width at half-height, as before the bandwidth of
/// Ringach, Shapley and Hawken (2002, J Neurosci 22:5639).
/// </summary>
internal static class HanningSmoothing
{
    /// <summary>Half-width at half height of the window, degrees; it ends at twice that.</summary>
    internal const double WindowHalfWidth = 13.5;

    private const int Reach = (int)(2 * WindowHalfWidth) - 1;
    private const int Count = (int)CircularCurve.Period;

    private static readonly double[] Window = MakeWindow();

    /// <summary>
    /// Half-width of the smoothed curve, degrees: the mean of the distances from its peak at which it falls, on either side, to a fraction of the peak from
    /// zero; NaN if the peak is not positive or a side does not fall that far within 90 degrees. After this smoothing straight lines between the
    /// degrees are right to some hundredths of a degree.
    /// </summary>
    internal static double HalfWidth(SplineCurve curve, double fraction)
    {
        double[] smooth = Smooth(curve);
        int peak = 0;
        for (int i = 1; i < Count; i++)
        {
            if (smooth[i] > smooth[peak])
                peak = i;
        }

        double level = fraction * smooth[peak];
        return level > 0 ? (Fall(smooth, peak, level, 1) + Fall(smooth, peak, level, Count - 1)) / 2 : double.NaN;
    }

    /// <summary>The curve smoothed, at 0, 1, ... 179 degrees.</summary>
    internal static double[] Smooth(SplineCurve curve)
    {
        // Wrapped at both ends, so that the window never has to ask where the circle closes.
        double[] read = new double[Count + 2 * Reach], smooth = new double[Count];
        curve.ReadDegrees(read.AsSpan(Reach, Count));
        for (int i = 0; i < Reach; i++)
            (read[i], read[Count + Reach + i]) = (read[i + Count], read[i + Reach]);
        for (int i = 0; i < Count; i++)
        {
            double sum = Window[0] * read[i + Reach];
            for (int j = 1; j < Window.Length; j++)
                sum += Window[j] * (read[i + Reach - j] + read[i + Reach + j]);
            smooth[i] = sum;
        }

        return smooth;
    }

    /// <summary>Degrees from the peak to where the curve first falls to a level, a step forward being 1 and back 179.</summary>
    private static double Fall(double[] smooth, int peak, double level, int step)
    {
        int at = peak;
        for (int walked = 1; walked <= Count / 2; walked++)
        {
            int next = (at + step) % Count;
            if (smooth[next] <= level)
                return walked - 1 + (smooth[at] - level) / (smooth[at] - smooth[next]);
            at = next;
        }

        return double.NaN;
    }

    /// <summary>The window from its middle on; both halves sum to 1.</summary>
    private static double[] MakeWindow()
    {
        double[] half = new double[Reach + 1];
        for (int i = 0; i < half.Length; i++)
            half[i] = 1 + Math.Cos(Math.PI * i / (2 * WindowHalfWidth));
        double sum = 2 * half.Sum() - half[0];
        return Array.ConvertAll(half, weight => weight / sum);
    }
}
