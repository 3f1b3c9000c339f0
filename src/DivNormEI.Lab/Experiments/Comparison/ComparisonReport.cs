using DivNorm.Lab.Data;
using DivNorm.Lab.Reporting;

namespace DivNorm.Lab.Experiments.Comparison;

/// <summary>Composes report.html of the comparison from its records.</summary>
internal static class ComparisonReport
{
    public static HtmlReport Compose(ComparisonResults results, ComparisonConfig config, IReadOnlyList<SkippedFile> skipped, string configText)
    {
        var report = new HtmlReport("Normalisation models side by side")
        {
            Subtitle = $"{results.Layers.Count} layers in one super-resolution network, {config.Steps * config.BatchSize:n0} crops each, on {results.Data.Source}",
            Footer = $"DivNormEI for .NET {results.Environment.Version}, seed {results.Seed}",
        };
        foreach (string answer in ComparisonReading.Answer(results))
            report.Lead(answer);
        Properties(report.Section("Which layer reproduces which property of V1"), results);
        Images(report.Section("Super-resolution and cost"), results, config);
        Measures(report.Section("All measures, before and after training"), results);
        Tuning(report.Section("Orientation tuning by contrast"), results);
        Others(report.Section("Contrast response, size tuning and masks"), results);
        Words(report.Section("Layer by layer"), results);
        Run(report.Section("This run"), results, skipped, configText);
        return report;
    }

    private static void Properties(ReportSection section, ComparisonResults results)
    {
        var table = new ReportTable("layer", "width invariant", "gain normalised", "selectivity kept", "cross-orientation suppression", "surround suppression", "separable")
        {
            Caption = "After training, by the thresholds stated beneath",
        };
        foreach (var layer in results.Layers)
        {
            if (layer.TrainedProperties is { } p)
                table.Add(layer.Name, p.ContrastInvariantWidth, p.ContrastNormalizedGain, p.Selectivity, p.CrossOrientationSuppression, p.SurroundSuppression, p.Separable);
            else
                table.Add(layer.Name, "diverged", null, null, null, null, null);
        }

        section.Table(table);
        section.List([.. ComparisonReading.ByProperty(results)]);
        section.Note(NoteKind.Caution, "**Not shown.** " + string.Join(" ", ComparisonReading.Limits(results)));
    }

    private static void Images(ReportSection section, ComparisonResults results, ComparisonConfig config)
    {
        var table = new ReportTable("layer", new("PSNR (dB)", "0.00"), new("over bicubic (dB)", "0.00"), new("SSIM", "0.000"), "parameters", new("ms a step", "0"))
        {
            Caption = $"Validation crops; a step is {config.BatchSize} crops forward and backward, decoder and all. Parameters are the layer's",
        };
        var b = results.Baselines;
        foreach (var layer in results.Layers)
        {
            var t = layer.Training;
            table.Add(layer.Name, t?.Psnr, t?.Psnr - b.BicubicPsnr, t?.Ssim, layer.Parameters, t?.SecondsPerStep * 1000);
        }

        table.Add("bicubic interpolation", b.BicubicPsnr, 0.0, b.BicubicSsim, null, null);
        table.Add("bilinear interpolation", b.BilinearPsnr, b.BilinearPsnr - b.BicubicPsnr, b.BilinearSsim, null, null);
        section.Table(table);
        section.Figure(ComparisonFigures.Loss(results, config.BatchSize) with { Caption = "Training loss: summed squared error over the pixels of a crop." });
    }

    private static void Measures(ReportSection section, ComparisonResults results)
    {
        section.Paragraph("**Averaged curves**: the 64 cells' curves, aligned at their nominal orientations and averaged. Ratios are lowest over highest contrast: 1 is contrast-invariant, and a gain "
            + "ratio of .10 is a response in proportion to contrast. Separability is the share of the contrast × orientation matrix in its first singular component, s₁² / Σs². OSI = (Rpref − Rorth) / (Rpref + Rorth) at full contrast; HWHH is the half-width at half height at the lowest and the highest contrast; "
            + "\"at 0° / peak\" is the response at the cells' own orientation over the curve's largest. **Medians** are over the cells. All is read from the centre unit, on grey.");
        var averaged = new ReportTable(
            "layer", "trained", new("gain ratio", "0.00"), new("width ratio", "0.00"), new("separability", "0.0000"), new("OSI", "0.00"), new("HWHH low (°)", "0.0"), new("HWHH high (°)", "0.0"), new("at 0° / peak", "0.00"))
        {
            Caption = "Averaged curves",
        };
        var medians = new ReportTable(
            "layer", "trained", "cells", new("gain", "0.00"), new("width", "0.00"), new("separability", "0.0000"), new("OSI", "0.00"),
            new("cross-orient.", "0.00"), new("surround 0°", "0.00"), new("surround 90°", "0.00"), new("size SI", "0.00"), new("F1/F0", "0.00"))
        {
            Caption = "Medians over the cells that respond: gain and width ratio, separability, OSI, cross-orientation suppression, surround suppression by an annulus at the cell's orientation and at 90° to it, SI of size tuning, F1/F0",
        };
        Add("before any layer", "–", results.Encoder);
        foreach (var layer in results.Layers)
        {
            Add(layer.Name, "no", layer.Untrained);
            if (layer.Trained is { } trained)
                Add(layer.Name, "yes", trained);
            else
                Add(layer.Name, "diverged", null);
        }

        section.Table(averaged);
        section.Table(medians);
        section.Paragraph("`results.json` has every figure, `measures.csv` these tables, `curves.csv` the tuning curves. A dash is a figure that does not exist.");

        void Add(string name, string trained, LayerPhysiology? p)
        {
            averaged.Add(name, trained, p?.GainRatio, p?.WidthRatio, p?.Separability, p?.Osi, p is { Hwhh.Count: > 0 } ? p.Hwhh[0] : null, p is { Hwhh.Count: > 0 } ? p.Hwhh[^1] : null, p?.NominalOverPeak);
            var m = p?.Medians;
            medians.Add(name, trained, m?.Cells, m?.GainRatio, m?.WidthRatio, m?.Separability, m?.Osi, m?.CrossOrientationSuppression, m?.SurroundSuppression, m?.SurroundSuppressionOrthogonal, m?.SizeSuppression, m?.F1OverF0);
        }
    }

    private static void Tuning(ReportSection section, ComparisonResults results)
    {
        section.Heading("After training");
        section.Figure(ComparisonFigures.Tuning(results, trained: true, normalized: false) with { Caption = "Averaged responses. Curves that lie together are a contrast-invariant response; axes differ." });
        section.Figure(ComparisonFigures.Tuning(results, trained: true, normalized: true) with { Caption = "The same, each curve over its peak. Curves that lie together are a contrast-invariant width." });
        section.Heading("Before training");
        section.Figure(ComparisonFigures.Tuning(results, trained: false, normalized: false) with { Caption = "Averaged responses before training." });
        section.Figure(ComparisonFigures.Tuning(results, trained: false, normalized: true) with { Caption = "The same, each curve over its peak." });
    }

    private static void Others(ReportSection section, ComparisonResults results)
    {
        section.Figure(ComparisonFigures.Curves("contrast-response", results, p => p.ContrastResponse, c => c.Responses[^1], "contrast", "response / at full", logX: true) with
        {
            Caption = "Averaged response to the cells' own full-field gratings, over that at full contrast. Above the cells before any layer: the response saturates.",
        });
        section.Figure(ComparisonFigures.Curves("size-tuning", results, p => p.SizeTuning, c => c.Responses.Max(), "diameter (px)", "response / peak", logX: false) with
        {
            Caption = "Size tuning: the cells' own gratings in discs. A fall at large diameters is surround suppression.",
        });
        section.Figure(ComparisonFigures.Curves("mask", results, p => p.MaskTuning, c => c.Responses[0], "mask contrast", "response / alone", logX: false) with
        {
            Caption = "Cross-orientation suppression: the cells' own gratings of contrast .5 under an orthogonal grating.",
        });
    }

    private static void Words(ReportSection section, ComparisonResults results)
    {
        foreach (var layer in results.Layers)
        {
            section.Heading($"{layer.Title} ({layer.Name})");
            section.Paragraph($"`{layer.Equation}` ({layer.Citation}).");
            section.List([.. ComparisonReading.OfLayer(results, layer)]);
            section.Figure(ComparisonFigures.Layer(results, layer) with
            {
                Caption = "Averages of the 64 cells: orientation tuning by contrast (A to D), gratings in discs (E) and under an orthogonal grating (F).",
            });
        }
    }

    private static void Run(ReportSection section, ComparisonResults results, IReadOnlyList<SkippedFile> skipped, string configText)
    {
        var e = results.Environment;
        section.KeyValues(new Dictionary<string, string>
        {
            ["images"] = $"{results.Data.Source}: {results.Data.TrainImages} for training, {results.Data.ValidationImages} for validation, {results.Data.Skipped} files skipped",
            ["seed"] = $"{results.Seed}",
            ["program"] = $"DivNormEI {e.Version}, TorchSharp {e.TorchSharp}, {e.Dotnet}",
            ["machine"] = $"{e.Cpu}, {e.Cores} cores, {e.Threads} threads, {e.Simd}{(e.Cuda ? ", CUDA" : string.Empty)}",
            ["system"] = e.OperatingSystem,
        });
        if (skipped.Count > 0)
            section.Details($"Skipped files ({skipped.Count})", string.Join("\n", skipped.Select(s => $"{s.Path}: {s.Reason}")));
        section.Details("Configuration", configText);
    }
}
