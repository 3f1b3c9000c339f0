using DivNorm.Lab.Reporting;

namespace DivNorm.Lab.Experiments.Recognition;

/// <summary>The figures of the recognition report, from plain records.</summary>
internal static class RecognitionFigures
{
    private const int Percent = 100;
    private const int FewCells = 32;

    /// <summary>The paper's Figure 3: validation accuracy over the epochs, mean over the pairs with their range; beside it the training loss.</summary>
    public static LineFigure Curves(RecognitionResults results, RecognitionConfig config) => new(
        "learning-curves",
        Panel(results, config, "A", "validation", "top-1 (%)", epoch => Percent * epoch.ValidationTop1),
        Panel(results, config, "B", "training", "loss", epoch => epoch.TrainLoss))
    { PanelWidth = 340, PanelHeight = 260 };

    /// <summary>The rest of the curves.</summary>
    public static LineFigure MoreCurves(RecognitionResults results, RecognitionConfig config) => new(
        "more-learning-curves",
        Panel(results, config, "", "validation", "top-5 (%)", epoch => Percent * epoch.ValidationTop5),
        Panel(results, config, "", "validation", "loss", epoch => epoch.ValidationLoss),
        Panel(results, config, "", "training", "top-1 (%)", epoch => Percent * epoch.TrainTop1));

    /// <summary>Every arm's validation accuracy less the reference's of the same pair, epoch by epoch.</summary>
    public static LineFigure Differences(RecognitionResults results, string against) => new(
        $"difference-{against}",
        new LinePanel($"against {against}", [.. Models(results).Where(m => m.Name != against).Select(m => Band(
            m.Name,
            m.Ink,
            [.. results.Runs.Where(run => run.Model == m.Name).Select(run => Difference(run, results.Runs.Single(other => other.Model == against && other.Pair == run.Pair)))]))])
        {
            XLabel = "epoch",
            XTicks = EpochTicks(results),
            YLabel = "difference of top-1 (points)",
            HorizontalLines = [new ReferenceLine(0)],
        })
    { PanelWidth = 420 };

    /// <summary>Which classes an arm takes for which, as shares of each class's images.</summary>
    public static HeatMapFigure Confusion(RecognitionResults results, ConfusionResult confusion) => new(
        $"confusion-{confusion.Model}",
        [.. confusion.Counts.Select(row => (IReadOnlyList<double>)[.. row.Select(count => row.Sum() == 0 ? double.NaN : (double)Percent * count / row.Sum())])])
    {
        Title = confusion.Model,
        RowLabels = results.Data.ClassNames,
        ColumnLabels = results.Data.ClassNames,
        XLabel = "taken for",
        YLabel = "class",
        ValueLabel = "% of the class",
        CellSize = Math.Clamp(320 / confusion.Counts.Count, 3, 24),
        Scale = ValueScale.Fixed(0, Percent) with { Colors = ColorMap.Sequential },
    };

    /// <summary>The first convolution's filters.</summary>
    public static ImageFigure Filters(string model, string state, IReadOnlyList<ImageTile> tiles) =>
        new($"filters-{model}-{state}", tiles, tiles.Count > FewCells ? 16 : 8) { ShowScale = false, Zoom = tiles.Count > FewCells ? 7 : 14, Gap = 4 };

    /// <summary>One kind of lateral kernel of all cells.</summary>
    public static ImageFigure Kernels(string model, string kind, string state, IReadOnlyList<ImageTile> tiles) =>
        new($"{kind}-{model}-{state}", tiles, tiles.Count > FewCells ? 16 : 8) { Scale = ValueScale.Shared with { Colors = ColorMap.Sequential }, Zoom = (kind == "division" ? 5 : 3) * (tiles.Count > FewCells ? 1 : 2), Gap = 4 };

    /// <summary>Tuning by contrast of one arm's first stage: before and after its layer, untrained and trained.</summary>
    public static LineFigure Tuning(RecognitionResults results, string model)
    {
        var panels = results.Tuning.Where(t => t.Pair == 1 && t.Model == model).OrderBy(t => t.Trained).ThenBy(t => t.Stage == "after").Select(t => new LinePanel(
            $"{(t.Stage == "before" ? "convolution" : "layer")}, {(t.Trained ? "trained" : "untrained")}",
            [.. t.Contrasts.Select((contrast, c) => new LineSeries($"{contrast:g}", t.OrientationOffsets, t.Curves[c]) { Ink = Ink.Ordered(c, t.Contrasts.Count) })])
        {
            XLabel = "orientation from preferred (°)",
            YLabel = "response",
            XTicks = AxisTick.At(-90, -45, 0, 45, 90),
            XMin = -90,
            XMax = 90,
            YMin = 0,
        });
        return new LineFigure($"tuning-{model}", [.. panels]) { Columns = 4, PanelWidth = 200, PanelHeight = 180, LegendTitle = "contrast" };
    }

    /// <summary>The arms in their order, wherever the grey baseline stands among them.</summary>
    private static IReadOnlyList<(string Name, Ink Ink)> Models(RecognitionResults results)
    {
        int colored = 0;
        return [.. results.Summary.Models.Select(m => (m.Model, m.Model == RecognitionArms.Baseline ? Ink.Muted : Ink.Category(colored++)))];
    }

    private static LinePanel Panel(RecognitionResults results, RecognitionConfig config, string letter, string title, string label, Func<Training.EpochRecord, double> value) => new(
        title,
        [.. Models(results).Select(m => Band(m.Name, m.Ink, [.. results.Runs.Where(run => run.Model == m.Name).Select(run => run.Epochs.Select(value).ToArray())]))])
    {
        Letter = letter,
        XLabel = "epoch",
        XTicks = EpochTicks(results),
        YLabel = label,
        VerticalLines = [.. config.DecayEpochs.Where(at => at < config.Epochs).Select(at => new ReferenceLine(at, "decay"))],
    };

    /// <summary>Whole epochs, about six of them.</summary>
    private static IReadOnlyList<AxisTick> EpochTicks(RecognitionResults results)
    {
        int last = results.Runs.Max(run => run.Epochs.Count), step = (last + 5) / 6;
        return AxisTick.At([.. Enumerable.Range(0, last).Where(i => (i + 1) % step == 0).Select(i => i + 1.0)]);
    }

    private static double[] Difference(RecognitionRun run, RecognitionRun other) =>
        [.. run.Epochs.Zip(other.Epochs, (mine, theirs) => Percent * (mine.ValidationTop1 - theirs.ValidationTop1))];

    /// <summary>The mean over the pairs, and their range as a band.</summary>
    private static LineSeries Band(string name, Ink ink, IReadOnlyList<double[]> pairs)
    {
        int[] epochs = [.. Enumerable.Range(0, pairs[0].Length)];
        return new LineSeries(name, [.. epochs.Select(e => e + 1.0)], [.. epochs.Select(e => pairs.Average(p => p[e]))])
        {
            Ink = ink,
            Dashed = name == RecognitionArms.Control,
            Lower = pairs.Count > 1 ? [.. epochs.Select(e => pairs.Min(p => p[e]))] : null,
            Upper = pairs.Count > 1 ? [.. epochs.Select(e => pairs.Max(p => p[e]))] : null,
        };
    }
}
