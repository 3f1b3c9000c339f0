using DivNorm.Lab.Reporting;

namespace DivNorm.Lab.Experiments.Contrast;

/// <summary>The report's section on VGG-16's first convolution.</summary>
internal static class Vgg16Report
{
    private static readonly (string Readout, string Background, string Title)[] Ways =
    [
        ("centre", "grey", "centre unit, grey"),
        ("mean", "grey", "spatial mean, grey"),
        ("centre", "zero", "centre unit, zero mean"),
        ("mean", "zero", "spatial mean, zero mean"),
    ];

    public static void Compose(ReportSection section, ContrastVgg16 vgg16)
    {
        section.Paragraph($"`{vgg16.Layer}` after its ReLU, weights and input convention of {(vgg16.Convention == "caffe" ? "Caffe and Keras (blue, green, red in 0 to 255, minus the mean colour)" : "torchvision (red, green, blue in 0 to 1, standardised)")}, "
            + $"from `{vgg16.File}`, under grey gratings. Its 3x3 filters have no nominal orientation or frequency: each unit's was searched at full contrast on grey over {vgg16.Frequencies.Count} frequencies from {vgg16.Frequencies[0]:g} to {vgg16.Frequencies[^1]:g} cycles/pixel (Nyquist). "
            + "The preferred orientation is the middle of the tuning curve (half the angle of its mean vector at twice the orientation), not its largest sample, which on a flat top is a shoulder and gives false widths.");
        section.Paragraph($"Many units see colour or brightness and hardly orientation. **{vgg16.Tuned} of {vgg16.Units.Count} units are tuned**: OSI at least {vgg16.LeastOsi:0.00} at full contrast (twice the response of the orthogonal orientation), "
            + $"and at the preferred orientation at least {vgg16.LeastOfLargest:0 %} of the largest response. The curves average these. Of the others, {vgg16.Untuned} have a lower OSI, {vgg16.ManyPeaked} have more than one peak, {vgg16.Silent} do not respond.");
        if (vgg16.Tuning.Count > 0)
        {
            section.Figure(Curves(vgg16, normalized: false) with { Caption = "Raw, the tuned units' average." });
            section.Figure(Curves(vgg16, normalized: true) with { Caption = "The same, each curve divided by its peak." });
            section.Paragraph(Reading(vgg16));
        }

        section.FigureRow(
            Histogram("vgg16-osi", "OSI at full contrast", vgg16.Units.Select(u => u.Osi), 0, 1) with { Caption = $"Orientation selectivity of all {vgg16.Units.Count} units; tuned ones are at {vgg16.LeastOsi:0.00} and above." },
            Histogram("vgg16-width", "HWHH at full contrast (°)", vgg16.Units.Where(u => u.Group == "tuned").Select(u => u.Hwhh[^1]), 0, 90) with { Caption = "Tuning widths of the tuned units, each unit's own curve." });
        section.Note(NoteKind.Info, "On the zero-mean background the modulation is added to the mean colour that the input convention subtracts: what the filters see has no mean, as the zero padding around it. "
            + "A signed grating put through the plain convention would lie around black. `results.json` has every unit under `vgg16`.");
    }

    private static LineFigure Curves(ContrastVgg16 vgg16, bool normalized) => new(
        $"vgg16-{(normalized ? "normalized" : "raw")}",
        [.. Ways.Select(way => ContrastFigures.Panel(vgg16.Tuning.Single(t => t.Readout == way.Readout && t.Background == way.Background), way.Title, normalized) with { XLabel = "from preferred (°)" })])
    {
        Columns = 4,
        PanelWidth = 190,
        PanelHeight = 190,
        LegendTitle = "contrast",
        ShareY = normalized,
    };

    private static HistogramFigure Histogram(string name, string label, IEnumerable<double> values, double low, double high) =>
        new(name, new HistogramSeries(string.Empty, [.. values])) { XLabel = label, YLabel = "units", Minimum = low, Maximum = high, Bins = 18, Width = 320 };

    private static string Reading(ContrastVgg16 vgg16)
    {
        var centre = vgg16.Tuning.Single(t => t is { Readout: "centre", Background: "grey" });
        var tuned = vgg16.Units.Where(u => u.Group == "tuned").ToList();
        return $"From contrast {centre.Contrasts[0]:g} to {centre.Contrasts[^1]:g} the averaged response grows {1 / centre.GainRatio:f1} times (gain ratio {centre.GainRatio:f2}; median of the units {Median(tuned.Select(u => u.GainRatio)):f2}): "
            + $"nothing in a convolution and a ReLU normalises contrast. The averaged width is {centre.Hwhh[0]:f1}° and {centre.Hwhh[^1]:f1}° (ratio {centre.WidthRatio:f2}; median of the units {Median(tuned.Select(u => u.WidthRatio)):f2}). "
            + $"The median HWHH of the units at full contrast is {Median(tuned.Select(u => u.Hwhh[^1])):f0}°; a filter of 3x3 pixels spans too little of a grating to be tuned narrowly.";
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Where(double.IsFinite).Order()];
        int half = sorted.Length / 2;
        return sorted.Length == 0 ? double.NaN : sorted.Length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
