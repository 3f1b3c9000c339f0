using DivNorm.Lab.Data;
using DivNorm.Lab.Reporting;

namespace DivNorm.Lab.Experiments.Contrast;

/// <summary>Composes report.html of the contrast experiment from its records.</summary>
internal static class ContrastReport
{
    private const string Citation =
        "Veerabadran, Raina and de Sa, \"Bio-inspired learnable divisive normalization for ANNs\", SVRHM at NeurIPS 2021";

    private const int GratingSize = 48;

    private static readonly ReportColumn[] Ratios = [new("gain ratio", "0.00"), new("width ratio", "0.00"), new("width ratio from zero", "0.00"), new("separability", "0.000")];

    public static HtmlReport Compose(
        ContrastResults results, ContrastConfig config, IReadOnlyList<ContrastPictures> pictures, IReadOnlyList<SkippedFile> skipped, string configText)
    {
        var report = new HtmlReport("Contrast-invariant orientation tuning")
        {
            Subtitle = $"Experiment 1 of {Citation}, remade on {results.Data.Source}",
            Footer = $"DivNormEI for .NET {results.Environment.Version}, seed {results.Seed}",
        };
        Lead(report, results);
        ContrastFigure2.Compose(report.Section("The paper's Figure 2"), results);
        foreach (string variant in results.Variants.Select(v => v.Name))
            Tuning(report.Section($"Orientation tuning: {Title(variant)}"), results, variant);
        if (results.Vgg16 is { } vgg16)
            Vgg16Report.Compose(report.Section("The first convolution of VGG-16"), vgg16);
        Figures(report.Section("All figures"), results);
        Images(report.Section("Super-resolution"), results, pictures, config);
        Model(report.Section("The cells and what the layer learned"), pictures);
        Reading(report.Section("What this shows, and what it does not"), results);
        Run(report.Section("This run"), results, skipped, configText);
        return report;
    }

    private static void Lead(HtmlReport report, ContrastResults results)
    {
        report.Lead("Before the layer, a cell's response grows in proportion to contrast. **Gain ratio** is the response at contrast .1 over that at 1: "
            + ".10 is proportional, 1 is contrast-invariant. **Width ratio** is the same for the tuning width.");
        foreach (var variant in results.Variants)
        {
            var before = ContrastFigures.Find(results, variant.Name, true, "before", "centre", "grey");
            var after = ContrastFigures.Find(results, variant.Name, true, "after", "centre", "grey");
            report.KeyFigure($"{before.GainRatio:f2} → {after.GainRatio:f2}", $"gain ratio, {variant.Name}")
                .KeyFigure($"{before.WidthRatio:f2} → {Number(after.WidthRatio)}", $"width ratio, {variant.Name}")
                .KeyFigure($"{variant.Psnr:f1} dB", $"PSNR, {variant.Name} (bicubic {results.Baselines.BicubicPsnr:f1})");
        }
    }

    private static void Tuning(ReportSection section, ContrastResults results, string variant)
    {
        section.Paragraph("Curves are averages over the 64 cells, each aligned at its nominal orientation. The **centre unit** is the middle of a cell's map at its strongest phase; "
            + "the **spatial mean** averages the map. Raw curves are what the paper's Figure 2 shows; peak-normalised ones show the width alone.");
        section.Heading("Centre unit, grey background");
        section.Figure(ContrastFigures.Panels(results, variant, "centre", "grey", normalized: false) with { Caption = "Raw. Curves that lie together are a contrast-invariant response." });
        section.Figure(ContrastFigures.Panels(results, variant, "centre", "grey", normalized: true) with { Caption = "The same, each curve divided by its peak. Curves that lie together are a contrast-invariant width." });
        section.Heading("Spatial mean, grey background");
        section.Figure(ContrastFigures.Panels(results, variant, "mean", "grey", normalized: false) with { Caption = "Raw. At low contrast the pedestal of the grey background stands under the tuned response." });
        section.Figure(ContrastFigures.Panels(results, variant, "mean", "grey", normalized: true) with { Caption = "Peak-normalised." });
        section.Heading("Where the width changes");
        section.Figure(ContrastFigures.Stages(results, variant, "grey") with { Caption = "The stages of the trained layer at the centre unit, peak-normalised." });
    }

    private static void Figures(ReportSection section, ContrastResults results)
    {
        foreach (string background in (string[])["grey", "zero"])
        {
            foreach (string readout in (string[])["centre", "mean"])
            {
                var contrasts = results.Tuning[0].Contrasts;
                var table = new ReportTable(
                    ["variant", "stage", "trained", .. contrasts.Select(c => new ReportColumn($"HWHH at {c:g}", "0.0")), .. Ratios, new($"OSI at {contrasts[^1]:g}", "0.00"), new($"CV at {contrasts[^1]:g}", "0.00")])
                {
                    Caption = $"{(readout == "centre" ? "Centre unit" : "Spatial mean")}, {(background == "grey" ? "grey" : "zero-mean")} background (widths in degrees)",
                };
                foreach (var t in results.Tuning.Concat(results.Vgg16?.Tuning ?? []).Where(t => t.Background == background && t.Readout == readout))
                    table.Add([t.Variant, t.Stage, t.Trained ? "yes" : "no", .. t.Hwhh.Cast<object?>(), t.GainRatio, t.WidthRatio, t.WidthRatioFromZero, t.Separability, t.Osi[^1], t.Cv[^1]]);
                section.Table(table);
            }
        }

        section.Paragraph("HWHH is the half-width at half height between a curve's minimum and maximum; \"from zero\" measures half of the peak from zero, so that a pedestal counts. "
            + "Ratios are lowest over highest contrast; separability is the fraction of the contrast by orientation responses' power in their first singular component, 1 where contrast scales one curve. OSI = (Rpref − Rorth) / (Rpref + Rorth); CV is the circular variance. A dash is a figure that does not exist. "
            + "`results.json` has every figure at every contrast, `curves.csv` the curves.");
    }

    private static void Images(ReportSection section, ContrastResults results, IReadOnlyList<ContrastPictures> pictures, ContrastConfig config)
    {
        var table = new ReportTable("method", "crops", new("PSNR (dB)", "0.00"), new("SSIM", "0.000"), new("crops per second", "0"));
        foreach (var v in results.Variants)
            table.Add(Title(v.Name), v.Crops, v.Psnr, v.Ssim, v.CropsPerSecond);
        table.Add("bicubic interpolation", null, results.Baselines.BicubicPsnr, results.Baselines.BicubicSsim, null);
        table.Add("bilinear interpolation", null, results.Baselines.BilinearPsnr, results.Baselines.BilinearSsim, null);
        section.Table(table);
        if (results.Variants.Any(v => v.TrainingLoss.Count > 0))
            section.Figure(ContrastFigures.Loss(results, config.BatchSize) with { Caption = "Training loss: summed squared error over the pixels of a crop." });
        section.FigureRow([.. pictures.Select(p => ContrastFigures.Examples(p) with { Caption = $"Validation crops, {p.Variant}: PSNR against the target beneath." })]);
    }

    private static void Model(ReportSection section, IReadOnlyList<ContrastPictures> pictures)
    {
        section.FigureRow(
            ContrastFigures.Filters() with { Caption = "The 64 fixed Gabor filters: sizes 15 and 21 px, 4 orientations, 2 frequencies, 4 phases." },
            ContrastFigures.Gratings(GratingSize) with { Caption = "Sample stimuli: contrast by orientation." });
        foreach (var p in pictures)
        {
            section.Heading(Title(p.Variant));
            section.FigureRow(
                ContrastFigures.Kernels($"division-untrained-{p.Variant}", p.Untrained.Division, 6) with { Caption = "Division kernels w_div at the start: Gaussians of four widths." },
                ContrastFigures.Kernels($"division-trained-{p.Variant}", p.Trained.Division, 6) with { Caption = "Division kernels after training." });
            section.FigureRow(
                ContrastFigures.Kernels($"excitation-trained-{p.Variant}", p.Trained.ExcitationSpread, 4) with { Caption = "Excitation w_exc after training, summed over the exciting cells: where each of the 64 cells is excited from." },
                ContrastFigures.Kernels($"inhibition-trained-{p.Variant}", p.Trained.InhibitionSpread, 4) with { Caption = "Inhibition w_inh after training, summed over the inhibiting cells." });
            section.Figure(ContrastFigures.LateralByOrientation(p) with { Caption = "Do cells of like orientation excite and inhibit each other more? Mean lateral weight by orientation difference." });
        }
    }

    private static void Reading(ReportSection section, ContrastResults results)
    {
        foreach (string variant in results.Variants.Select(v => v.Name))
            section.Heading(Title(variant)).List([.. ContrastReading.Of(results, variant)]);
        section.Note(NoteKind.Caution, "**Not shown.** " + string.Join(" ", ContrastReading.Limits(results)));
    }

    private static void Run(ReportSection section, ContrastResults results, IReadOnlyList<SkippedFile> skipped, string configText)
    {
        var e = results.Environment;
        section.KeyValues(new Dictionary<string, string>
        {
            ["images"] = $"{results.Data.Source}: {results.Data.TrainImages} for training, {results.Data.ValidationImages} for validation, {results.Data.Skipped} files skipped",
            ["seed"] = $"{results.Seed}",
            ["program"] = $"DivNormEI {e.Version}, TorchSharp {e.TorchSharp}, {e.Dotnet}",
            ["VGG-16"] = results.Vgg16 is { } vgg16 ? $"{vgg16.File}, {vgg16.Convention}'s input" : "none (--vgg16)",
            ["machine"] = $"{e.Cpu}, {e.Cores} cores, {e.Threads} threads, {e.Simd}{(e.Cuda ? ", CUDA" : string.Empty)}",
            ["system"] = e.OperatingSystem,
        });
        if (skipped.Count > 0)
            section.Details($"Skipped files ({skipped.Count})", string.Join("\n", skipped.Select(s => $"{s.Path}: {s.Reason}")));
        section.Details("Configuration", configText);
    }

    /// <summary>A variant's name with what it stands for.</summary>
    public static string Title(string variant) => variant switch
    {
        "paper" => "paper (excitation from Y)",
        "authors" => "authors' code (excitation from Yn)",
        _ => variant,
    };

    private static string Number(double value) => double.IsNaN(value) ? "–" : $"{value:f2}";
}
