namespace DivNorm.Lab.Reporting.Rendering;

/// <summary>Chooses round places for ticks.</summary>
internal static class AxisScale
{
    /// <summary>Multiples of 1, 2, 2.5 or 5 times a power of ten within a range, as many as asked at most.</summary>
    public static IReadOnlyList<AxisTick> LinearTicks(double low, double high, int atMost)
    {
        double span = high - low;
        double power = Math.Pow(10, Math.Floor(Math.Log10(span / atMost)));
        double step = 10 * power;
        foreach (double m in (ReadOnlySpan<double>)[1, 2, 2.5, 5])
            if (span / (m * power) <= atMost)
            {
                step = m * power;
                break;
            }

        var ticks = new List<AxisTick>();
        // Counted, not summed up, so that the last one has no more rounding than the first; a hair of slack keeps ends that are ticks.
        for (double k = Math.Ceiling(low / step - 1e-9); k * step <= high + span * 1e-9; k++)
        {
            double value = k * step;
            ticks.Add(new AxisTick(value, NumberText.Tick(Math.Abs(value) < step * 1e-9 ? 0 : value)));
        }

        return ticks;
    }

    /// <summary>1, 2, 5 (or 1, 3; or 1) times the powers of ten within a range of logarithms.</summary>
    public static IReadOnlyList<AxisTick> LogTicks(double low, double high, int atMost)
    {
        IReadOnlyList<AxisTick> ticks = [];
        foreach (double[] mantissas in (ReadOnlySpan<double[]>)[[1, 2, 5], [1, 3], [1]])
        {
            ticks = [.. LogTicks(low, high, mantissas)];
            if (ticks.Count <= atMost)
                break;
        }

        int every = (ticks.Count + atMost - 1) / Math.Max(1, atMost);
        return every <= 1 ? ticks : [.. ticks.Where((_, i) => i % every == 0)];
    }

    private static IEnumerable<AxisTick> LogTicks(double low, double high, double[] mantissas)
    {
        for (int exponent = (int)Math.Floor(low); exponent <= Math.Ceiling(high); exponent++)
            foreach (double m in mantissas)
            {
                double value = m * Math.Pow(10, exponent);
                double place = Math.Log10(value);
                if (place >= low - 1e-9 && place <= high + 1e-9)
                    yield return new AxisTick(value, NumberText.Tick(value));
            }
    }
}
