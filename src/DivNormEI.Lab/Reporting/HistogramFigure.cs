using DivNorm.Lab.Reporting.Rendering;

namespace DivNorm.Lab.Reporting;

/// <summary>A sample to be counted into bins.</summary>
/// <param name="Name">Label in the legend.</param>
/// <param name="Values">The sample, in the axis's unit; NaN and infinities are left out.</param>
public sealed record HistogramSeries(string Name, IReadOnlyList<double> Values)
{
    /// <summary>The role of the colour. Default: the first category.</summary>
    public Ink Ink { get; init; } = Ink.Category(0);
}

/// <summary>Distributions of one quantity, as outlined steps over common bins.</summary>
public sealed record HistogramFigure : Figure
{
    /// <summary>Makes a histogram.</summary>
    /// <param name="name">File stem, see <see cref="Figure.Name"/>.</param>
    /// <param name="series">The samples, drawn in order.</param>
    /// <exception cref="ArgumentException">The name is no file stem.</exception>
    public HistogramFigure(string name, params IReadOnlyList<HistogramSeries> series)
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(series);
        Series = series;
    }

    /// <summary>The samples.</summary>
    public IReadOnlyList<HistogramSeries> Series { get; }

    /// <summary>Label of the horizontal axis with its unit.</summary>
    public string XLabel { get; init; } = "";

    /// <summary>Label of the vertical axis. Default <c>count</c>.</summary>
    public string YLabel { get; init; } = "count";

    /// <summary>Number of bins, 1 to 1000. Default 20.</summary>
    public int Bins { get; init; } = 20;

    /// <summary>Lower end of the first bin; the smallest value when null. Values outside are left out.</summary>
    public double? Minimum { get; init; }

    /// <summary>Upper end of the last bin; the largest value when null. Values outside are left out.</summary>
    public double? Maximum { get; init; }

    /// <summary>Width between the axes, in drawing units. Default 420.</summary>
    public int Width { get; init; } = 420;

    /// <summary>Height between the axes, in drawing units. Default 220.</summary>
    public int Height { get; init; } = 220;

    /// <summary>Counts of a sample in equal bins over a range; the last bin includes its upper end.</summary>
    internal static int[] Count(IEnumerable<double> values, double low, double high, int bins)
    {
        var counts = new int[bins];
        foreach (double v in values)
            if (v >= low && v <= high)
                counts[Math.Min(bins - 1, (int)((v - low) / (high - low) * bins))]++;
        return counts;
    }

    internal override IDrawing CreateDrawing()
    {
        if (Bins is < 1 or > 1000)
            throw new ArgumentException($"figure '{Name}': bins is {Bins}, must be 1 to 1000");
        double[] all = [.. Series.SelectMany(s => s.Values).Where(double.IsFinite)];
        double low = Minimum ?? (all.Length == 0 ? 0 : all.Min());
        double high = Maximum ?? (all.Length == 0 ? 1 : all.Max());
        if (low == high)
            (low, high) = (low - 0.5, high + 0.5);
        if (!(low < high))
            throw new ArgumentException($"figure '{Name}': the range {low} to {high} is empty");
        double highest = Series.SelectMany(s => Count(s.Values, low, high, Bins)).Append(1).Max();
        return new LineFigure(Name, new LinePanel("", [.. Series.Select(s => Steps(s, low, high))])
        {
            XLabel = XLabel,
            YLabel = YLabel,
            YMin = 0,
            // Counts are whole: no tick stands between two.
            YTicks = [.. AxisScale.LinearTicks(0, highest, 6).Where(tick => tick.Value == Math.Round(tick.Value))],
        })
        {
            Title = Title,
            PanelWidth = Width,
            PanelHeight = Height,
        }.CreateDrawing();
    }

    private LineSeries Steps(HistogramSeries series, double low, double high)
    {
        int[] counts = Count(series.Values, low, high, Bins);
        // Outline: up at the left edge of each bin, across, and down to zero at the very end.
        var x = new double[2 * Bins + 2];
        var y = new double[2 * Bins + 2];
        for (int i = 0; i <= Bins; i++)
        {
            x[2 * i] = x[2 * i + 1] = low + (high - low) * i / Bins;
            y[2 * i] = i == 0 ? 0 : counts[i - 1];
            y[2 * i + 1] = i == Bins ? 0 : counts[i];
        }

        return new LineSeries(series.Name, x, y) { Ink = series.Ink, Width = 1.5, Lower = new double[x.Length], Upper = y };
    }
}
