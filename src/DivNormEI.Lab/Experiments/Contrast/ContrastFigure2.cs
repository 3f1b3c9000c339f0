using DivNorm.Lab.Physiology;
using DivNorm.Lab.Reporting;

namespace DivNorm.Lab.Experiments.Contrast;

/// <summary>
/// The paper's Figure 2: A the cells before the layer, B the first convolution of VGG-16, C the cells after the trained layer, D the cat, of which no
/// data are at hand: its panel is drawn from <see cref="CatReference"/> and says so.
/// </summary>
internal static class ContrastFigure2
{
    /// <summary>What to do where there are no weights.</summary>
    private const string HowToGetWeights =
        "**Panel B is empty: no weights of VGG-16 were given.** `--vgg16 FILE` takes a safetensors or PyTorch file with `conv1_1.weight` and `conv1_1.bias` (the weights published for Caffe and Keras) "
        + "or with `features.0.weight` and `features.0.bias` (torchvision's). To make one, load torchvision's `vgg16` with its ImageNet weights in Python and save its state dict with `torch.save`. "
        + "With `--resume` the finished training is not repeated.";

    public static void Compose(ReportSection section, ContrastResults results)
    {
        section.Paragraph("Orientation tuning at four contrasts: **A** the Gabor cells before the layer, **B** the first convolution of VGG-16 trained on ImageNet, **C** the cells after the trained layer, "
            + "**D** cells of cat V1 as the literature describes them, **a model, not data**. A to C are the centre unit at its strongest phase, on grey. Raw curves lie together if the gain does not depend on contrast, peak-normalised ones if the width does not.");
        foreach (string variant in results.Variants.Select(v => v.Name))
        {
            section.Heading(ContrastReport.Title(variant));
            section.Figure(Figure(results, variant, normalized: false) with { Caption = "Raw responses. The units of A, B and C are each network's own; D is relative to its saturated response." });
            section.Figure(Figure(results, variant, normalized: true) with { Caption = "The same, each curve divided by its peak." });
        }

        section.Table(Table(results));
        if (results.Vgg16 is null)
            section.Note(NoteKind.Info, HowToGetWeights);
        section.Note(NoteKind.Caution, CatNote());
    }

    private static LineFigure Figure(ContrastResults results, string variant, bool normalized)
    {
        var before = ContrastFigures.Find(results, variant, trained: true, "before", "centre", "grey");
        var after = ContrastFigures.Find(results, variant, trained: true, "after", "centre", "grey");
        LinePanel[] panels =
        [
            ContrastFigures.Panel(before, "before the layer", normalized) with { Letter = "A" },
            Vgg16(results, normalized) with { Letter = "B" },
            ContrastFigures.Panel(after, "after, trained", normalized) with { Letter = "C" },
            ContrastFigures.Panel(Cat(before), "cat V1 (model)", normalized) with { Letter = "D" },
        ];
        return new LineFigure($"figure2-{variant}-{(normalized ? "normalized" : "raw")}", [.. panels.Select(p => p with { XLabel = "from preferred (°)" })])
        {
            Columns = 4,
            PanelWidth = 190,
            PanelHeight = 190,
            LegendTitle = "contrast",
            ShareY = normalized,
        };
    }

    private static LinePanel Vgg16(ContrastResults results, bool normalized)
    {
        const string title = "VGG-16, 1st layer";
        return Vgg16Tuning(results) is { } tuning
            ? ContrastFigures.Panel(tuning, title, normalized)
            : new LinePanel(title, [])
            {
                EmptyText = results.Vgg16 is null ? "needs --vgg16 FILE" : "no tuned unit",
                YLabel = normalized ? "response / peak" : "response",
                XTicks = ContrastFigures.OrientationTicks,
                XMin = -90,
                XMax = 90,
                YMin = 0,
                YMax = 1,
            };
    }

    private static ContrastTuning? Vgg16Tuning(ContrastResults results) => results.Vgg16?.Tuning.SingleOrDefault(t => t is { Readout: "centre", Background: "grey" });

    /// <summary>The model's curves at the contrasts and orientations of a record, measured as the records are.</summary>
    private static ContrastTuning Cat(ContrastTuning like)
    {
        double[] offsets = [.. like.OrientationOffsets];
        double[][] curves = [.. like.Contrasts.Select(contrast => Array.ConvertAll(offsets, offset => CatReference.Response(contrast, offset)))];
        TuningMetrics[] metrics = Array.ConvertAll(curves, curve => TuningMetrics.Of(offsets, curve, nominal: 0));
        var invariance = ContrastInvariance.Of(like.Contrasts, metrics, curves);
        return new ContrastTuning(
            "cat V1 (model)",
            false,
            "model",
            "model",
            "model",
            like.Contrasts,
            [.. metrics.Select(m => m.Peak)],
            [.. metrics.Select(m => m.Hwhh)],
            [.. metrics.Select(m => m.HwhhFromZero)],
            invariance.GainRatio,
            invariance.WidthRatio,
            invariance.WidthRatioFromZero,
            [.. metrics.Select(m => m.Osi)],
            [.. metrics.Select(m => m.CircularVariance)],
            offsets,
            curves);
    }

    private static ReportTable Table(ContrastResults results)
    {
        var contrasts = results.Tuning[0].Contrasts;
        var table = new ReportTable("panel", "what", "averaged over", new($"HWHH at {contrasts[0]:g} (°)", "0.0"), new($"HWHH at {contrasts[^1]:g} (°)", "0.0"), new("gain ratio", "0.00"), new("width ratio", "0.00"))
        {
            Caption = "The panels in figures; ratios are lowest over highest contrast. Widths are measured on the sampled curves, of D too",
        };
        string[] variants = [.. results.Variants.Select(v => v.Name)];
        const string cells = "64 cells";
        Add("A", "before the layer", cells, ContrastFigures.Find(results, variants[0], true, "before", "centre", "grey"));
        if (results.Vgg16 is { } vgg16)
            Add("B", "VGG-16, first convolution", $"{vgg16.Tuned} tuned of {vgg16.Units.Count} units", Vgg16Tuning(results));
        foreach (string variant in variants)
            Add("C", $"after, trained: {ContrastReport.Title(variant)}", cells, ContrastFigures.Find(results, variant, true, "after", "centre", "grey"));
        Add("D", "cat V1 as a formula", "a model, not data", Cat(results.Tuning[0]));
        return table;

        void Add(string panel, string what, string over, ContrastTuning? t) => table.Add(panel, what, over, t?.Hwhh[0], t?.Hwhh[^1], t?.GainRatio, t?.WidthRatio);
    }

    private static string CatNote() =>
        $"**Panel D is a formula.** R = c^n / (c50^n + c^n) · exp(k (cos 2d − 1)) at contrast c and d degrees from the preferred orientation, with n = {CatReference.Exponent:g}, c50 = {CatReference.SemiSaturation:g} and a half-width of {CatReference.HalfWidth:g}° at every contrast. "
        + "That the width does not depend on contrast is what Sclar and Freeman (1982) found in 45 cells of the cat, so its width ratio of 1 is put in, not found; the saturating gain has the form of Naka and Rushton, which Albrecht and Hamilton (1982) fitted to cells of cat and monkey. "
        + "n is half-squaring (Heeger 1992). c50 and the half-width are chosen for the drawing, not fitted: about linear up to a contrast of .3 (Dean 1981), and narrower than half of the macaque's median full bandwidth of about 40° (De Valois et al. 1982).";
}
