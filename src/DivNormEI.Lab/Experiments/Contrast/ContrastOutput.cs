using DivNorm.Lab.Data;
using DivNorm.Lab.Experiments.SuperResolution;
using DivNorm.Lab.Reporting;

namespace DivNorm.Lab.Experiments.Contrast;

/// <summary>What the contrast experiment leaves beside models and checkpoints: results.json, curves.csv, figures/*.png and *.svg, report.html.</summary>
internal static class ContrastOutput
{
    /// <summary>Writes results, curves, figures and report.</summary>
    public static void Save(RunFolder output, ContrastResults results, ContrastConfig config, IReadOnlyList<ContrastPictures> pictures, IReadOnlyList<SkippedFile> skipped)
    {
        output.Write("results.json", JsonResults.Serialize(results, ExperimentJson.Default.ContrastResults));
        output.Write("curves.csv", Curves(results).ToCsv());
        output.Write(ContrastReport.Compose(results, config, pictures, skipped, output.ConfigText));
    }

    private static CsvTable Curves(ContrastResults results)
    {
        var table = new CsvTable("variant", "trained", "stage", "readout", "background", "contrast", "orientation_offset_deg", "response");
        foreach (var t in results.Tuning.Concat(results.Vgg16?.Tuning ?? []))
        {
            for (int c = 0; c < t.Contrasts.Count; c++)
            {
                for (int o = 0; o < t.OrientationOffsets.Count; o++)
                    table.Add(t.Variant, t.Trained, t.Stage, t.Readout, t.Background, t.Contrasts[c], t.OrientationOffsets[o], t.Curves[c][o]);
            }
        }

        return table;
    }
}
