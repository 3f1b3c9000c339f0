using DivNorm.Lab.Data;
using DivNorm.Lab.Experiments.SuperResolution;
using DivNorm.Lab.Reporting;

namespace DivNorm.Lab.Experiments.Comparison;

/// <summary>What a comparison leaves beside models and checkpoints: results.json, measures.csv, curves.csv, figures/*.png and *.svg, report.html.</summary>
internal static class ComparisonOutput
{
    /// <summary>Writes results, tables, figures and report.</summary>
    public static void Save(RunFolder output, ComparisonResults results, ComparisonConfig config, IReadOnlyList<SkippedFile> skipped)
    {
        output.Write("results.json", JsonResults.Serialize(results, ExperimentJson.Default.ComparisonResults));
        output.Write("measures.csv", Measures(results).ToCsv());
        output.Write("curves.csv", Curves(results).ToCsv());
        output.Write(ComparisonReport.Compose(results, config, skipped, output.ConfigText));
    }

    /// <summary>The cells before any layer, then every layer before and after training.</summary>
    private static IEnumerable<(string Layer, bool? Trained, LayerPhysiology Physiology)> States(ComparisonResults results)
    {
        yield return ("encoder", null, results.Encoder);
        foreach (var layer in results.Layers)
        {
            yield return (layer.Name, false, layer.Untrained);
            if (layer.Trained is { } trained)
                yield return (layer.Name, true, trained);
        }
    }

    private static CsvTable Measures(ComparisonResults results)
    {
        var table = new CsvTable(
            "layer", "trained", "psnr_db", "ssim", "parameters", "seconds_per_step", "gain_ratio", "width_ratio", "separability", "osi",
            "median_gain_ratio", "median_width_ratio", "median_separability", "median_osi", "median_hwhh_deg", "median_f1_f0",
            "median_cross_orientation_suppression", "median_surround_suppression", "median_surround_suppression_orthogonal", "median_size_suppression", "cells");
        foreach (var (name, trained, p) in States(results))
        {
            var layer = results.Layers.FirstOrDefault(l => l.Name == name);
            var training = trained == true ? layer?.Training : null;
            var m = p.Medians;
            table.Add(
                name, trained, training?.Psnr, training?.Ssim, layer?.Parameters, training?.SecondsPerStep, p.GainRatio, p.WidthRatio, p.Separability, p.Osi,
                m.GainRatio, m.WidthRatio, m.Separability, m.Osi, m.Hwhh, m.F1OverF0,
                m.CrossOrientationSuppression, m.SurroundSuppression, m.SurroundSuppressionOrthogonal, m.SizeSuppression, m.Cells);
        }

        return table;
    }

    private static CsvTable Curves(ComparisonResults results)
    {
        var table = new CsvTable("layer", "trained", "contrast", "orientation_offset_deg", "response");
        foreach (var (name, trained, p) in States(results))
        {
            for (int c = 0; c < p.Contrasts.Count; c++)
            {
                for (int o = 0; o < p.OrientationOffsets.Count; o++)
                    table.Add(name, trained, p.Contrasts[c], p.OrientationOffsets[o], p.Curves[c][o]);
            }
        }

        return table;
    }
}
