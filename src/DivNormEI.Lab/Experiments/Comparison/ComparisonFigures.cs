using DivNorm.Lab.Reporting;

namespace DivNorm.Lab.Experiments.Comparison;

/// <summary>The figures of the comparison: one small panel a layer.</summary>
internal static class ComparisonFigures
{
    private const int Columns = 4;
    private const int PanelWidth = 170;
    private const int PanelHeight = 130;

    private static readonly IReadOnlyList<AxisTick> OrientationTicks = AxisTick.At(-90, -45, 0, 45, 90);

    /// <summary>Averaged tuning curves by contrast, the cells before any layer first.</summary>
    public static LineFigure Tuning(ComparisonResults results, bool trained, bool normalized) => Grid(
        $"tuning-{(trained ? "trained" : "untrained")}-{(normalized ? "normalized" : "raw")}",
        [
            TuningPanel("before any layer", results.Encoder, normalized),
            .. results.Layers.Select(layer => TuningPanel(layer.Name, trained ? layer.Trained : layer.Untrained, normalized)),
        ]) with
    { LegendTitle = "contrast", ShareY = normalized };

    /// <summary>Responses along one parameter, each curve over its response at a reference point; before and after training, with the cells before any layer.</summary>
    /// <param name="name">File stem.</param>
    /// <param name="results">The results.</param>
    /// <param name="curve">The curve of a stage.</param>
    /// <param name="reference">Which response counts as 1.</param>
    /// <param name="xLabel">Label of the parameter.</param>
    /// <param name="yLabel">Label of the response.</param>
    /// <param name="logX">Whether the parameter's axis is logarithmic.</param>
    public static LineFigure Curves(
        string name, ComparisonResults results, Func<LayerPhysiology, AveragedCurve> curve, Func<AveragedCurve, double> reference, string xLabel, string yLabel, bool logX) => Grid(
        name,
        [.. results.Layers.Select(layer => StatesPanel(layer.Name, results.Encoder, layer, curve, reference) with { XLabel = xLabel, YLabel = yLabel, LogX = logX })]) with
        { ShareY = true };

    /// <summary>What one layer does: its tuning by contrast beside that of the cells before it, its size tuning and its response under a mask.</summary>
    public static LineFigure Layer(ComparisonResults results, ComparisonLayer layer) => new(
        $"layer-{layer.Name}",
        TuningPanel("before the layer", results.Encoder, normalized: false) with { Letter = "A" },
        TuningPanel("after, untrained", layer.Untrained, normalized: false) with { Letter = "B" },
        TuningPanel("after, trained", layer.Trained, normalized: false) with { Letter = "C" },
        TuningPanel("C, each over its peak", layer.Trained, normalized: true) with { Letter = "D" },
        StatesPanel("size of a disc", results.Encoder, layer, p => p.SizeTuning, c => c.Responses.Max()) with { Letter = "E", XLabel = "diameter (px)", YLabel = "response / peak" },
        StatesPanel("orthogonal mask", results.Encoder, layer, p => p.MaskTuning, c => c.Responses[0]) with { Letter = "F", XLabel = "mask contrast", YLabel = "response / alone" })
    {
        Columns = 3,
        PanelWidth = 160,
        PanelHeight = 105,
        LegendTitle = "contrast",
    };

    /// <summary>The loss of every training.</summary>
    public static LineFigure Loss(ComparisonResults results, int batchSize) => Grid(
        "training-loss",
        [
            .. results.Layers.Select(layer => new LinePanel(
                layer.Name,
                layer.Training is { TrainingLoss.Count: > 0 } training
                    ? [new LineSeries(string.Empty, [.. training.TrainingLoss.Select((_, i) => (i + 1.0) * ComparisonTraining.LossStretch * batchSize)], training.TrainingLoss) { Ink = Ink.Strong }]
                    : [])
            { XLabel = "crops seen", YLabel = "squared error a crop", LogY = true, EmptyText = layer.Diverged is null ? "not trained" : "training diverged" }),
        ]);

    private static LineFigure Grid(string name, IReadOnlyList<LinePanel> panels) => new(name, panels)
    {
        Columns = Math.Min(Columns, panels.Count),
        PanelWidth = PanelWidth,
        PanelHeight = PanelHeight,
    };

    private static LinePanel StatesPanel(
        string title, LayerPhysiology encoder, ComparisonLayer layer, Func<LayerPhysiology, AveragedCurve> curve, Func<AveragedCurve, double> reference)
    {
        return new LinePanel(
            title,
            [
                Series("before any layer", encoder) with { Ink = Ink.Muted },
                Series("untrained", layer.Untrained) with { Ink = Ink.Category(0), Dashed = true },
                .. layer.Trained is { } trained ? [Series("trained", trained) with { Ink = Ink.Category(1) }] : Array.Empty<LineSeries>(),
            ])
        { YMin = 0 };

        LineSeries Series(string state, LayerPhysiology physiology)
        {
            var shown = curve(physiology);
            double scale = reference(shown);
            return new LineSeries(state, shown.Values, [.. shown.Responses.Select(response => scale > 0 ? response / scale : double.NaN)]);
        }
    }

    private static LinePanel TuningPanel(string title, LayerPhysiology? physiology, bool normalized)
    {
        var series = physiology?.Contrasts.Select((contrast, c) =>
        {
            var curve = physiology.Curves[c];
            double scale = normalized ? curve.Max() : 1;
            return new LineSeries($"{contrast:g}", physiology.OrientationOffsets, [.. curve.Select(v => scale > 0 ? v / scale : double.NaN)])
            {
                Ink = Ink.Ordered(c, physiology.Contrasts.Count),
            };
        });
        return new LinePanel(title, [.. series ?? []])
        {
            XLabel = "from nominal (°)",
            YLabel = normalized ? "response / peak" : "response",
            XTicks = OrientationTicks,
            XMin = -90,
            XMax = 90,
            YMin = 0,
            EmptyText = "training diverged",
        };
    }
}
