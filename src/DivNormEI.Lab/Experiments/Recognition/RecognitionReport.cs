using DivNorm.Lab.Data;
using DivNorm.Lab.Reporting;
using DivNorm.Models;

namespace DivNorm.Lab.Experiments.Recognition;

/// <summary>Composes report.html of the recognition experiment from its records.</summary>
internal static class RecognitionReport
{
    private const string Citation =
        "Veerabadran, Raina and de Sa, \"Bio-inspired learnable divisive normalization for ANNs\", SVRHM at NeurIPS 2021";

    private const int LargestNamedConfusion = 40;

    public static HtmlReport Compose(
        RecognitionResults results,
        RecognitionConfig config,
        IReadOnlyList<RecognitionPictures> pictures,
        IReadOnlyList<ImageTile> examples,
        IReadOnlyList<SkippedFile> skipped,
        string configText)
    {
        var report = new HtmlReport("Recognition with divisive normalisation")
        {
            Subtitle = $"Experiment 2 of {Citation}, remade on {results.Data.Source}",
            Footer = $"DivNormEI for .NET {results.Environment.Version}, seed {results.Seed}, {config.Pairs} pair(s)",
        };
        Lead(report, results);
        Verdict(report.Section("Does it help here?"), results);
        Learning(report.Section("Learning"), results, config);
        Networks(report.Section("The networks and what they cost"), results);
        Confusion(report.Section("What is taken for what"), results);
        FirstStage(report.Section("The first stage"), results, pictures);
        Run(report.Section("This run"), results, config, examples, skipped, configText);
        return report;
    }

    private static void Lead(HtmlReport report, RecognitionResults results)
    {
        foreach (var model in results.Summary.Models)
            report.KeyFigure($"{model.ValidationTop1.Mean:p1}", $"top-1, {model.Model}");
        foreach (var comparison in results.Summary.Comparisons.Where(c => c.Against == RecognitionArms.Baseline && c.Model != RecognitionArms.Control))
            report.Lead(RecognitionVerdict.Of(results, comparison));
    }

    private static void Verdict(ReportSection section, RecognitionResults results)
    {
        section.Paragraph("The paper compares a network of convolutions, pooling and fully connected layers (`baseline`) with the same network with a layer after its first convolution. "
            + "Since the layer ends with a batch norm, the `control` has that batch norm and its ReLU alone in the same place. Runs of a pair start from the same shared weights and see the same images cut in the same way.");
        section.List([.. results.Summary.Comparisons.Select(comparison => RecognitionVerdict.Of(results, comparison))]);
        section.Note(NoteKind.Caution, RecognitionVerdict.Limits(results));
        var table = new ReportTable(
            "model", "against", new("top-1", "0.0"), new("95 % from", "0.0"), new("to", "0.0"), new("mean top-1", "0.0"), new("time", "0.00×"), new("parameters", "0.00×"))
        {
            Caption = "Paired differences in percentage points: top-1 after the last epoch with its interval, and mean top-1 over all epochs; time an epoch and parameters as ratios",
        };
        foreach (var c in results.Summary.Comparisons)
            table.Add(c.Model, c.Against, 100 * c.Top1.Mean, 100 * c.Top1.Low, 100 * c.Top1.High, 100 * c.MeanTop1.Mean, c.TimeRatio, c.ParameterRatio);
        section.Table(table);
    }

    private static void Learning(ReportSection section, RecognitionResults results, RecognitionConfig config)
    {
        section.Figure(RecognitionFigures.Curves(results, config) with { Caption = "The paper's Figure 3: mean over the pairs; the bands are their range." });
        section.Figure(RecognitionFigures.Differences(results, RecognitionArms.Baseline) with { Caption = "Validation top-1 less the baseline's of the same pair: above zero the arm is ahead." });
        section.Figure(RecognitionFigures.MoreCurves(results, config) with { Caption = "The other curves of the same runs." });
        var table = new ReportTable("model", new("top-1", "0.0 %"), new("least", "0.0 %"), new("greatest", "0.0 %"), new("top-5", "0.0 %"), new("validation loss", "0.000"), new("training loss", "0.000"), new("mean top-1 over epochs", "0.0 %"))
        {
            Caption = "After the last epoch, over the pairs",
        };
        foreach (var m in results.Summary.Models)
            table.Add(m.Model, m.ValidationTop1.Mean, m.ValidationTop1.Minimum, m.ValidationTop1.Maximum, m.ValidationTop5.Mean, m.ValidationLoss.Mean, m.TrainLoss.Mean, m.MeanTop1.Mean);
        if (results.Linear is { } linear)
            table.Add("linear classifier of the pixels", linear.ValidationTop1, null, null, null, null, null, null);
        section.Table(table);
        if (results.Linear is { } pixels)
            section.Paragraph($"The linear classifier was trained for {pixels.Epochs} epochs on whole images and is credited with its best epoch on the validation images; chance is {1.0 / results.Data.ClassIds.Count:p1}.");
    }

    private static void Networks(ReportSection section, RecognitionResults results)
    {
        var table = new ReportTable("model", "what it is", "parameters", new("million multiply-adds an image", "0.0"), new("images per second", "0"), new("seconds per epoch", "0.0"));
        foreach (var n in results.Networks)
        {
            var summary = results.Summary.Models.Single(m => m.Model == n.Model);
            table.Add(n.Model, n.Description, n.Parameters, n.MultiplyAdds / 1e6, summary.ImagesPerSecond, summary.SecondsPerEpoch);
        }

        section.Table(table);
        section.Paragraph("Multiply-adds are counted as the equations are written, forward; the layer's kernels work in the frequency domain and take a fraction of its share. Speeds are medians over the epochs of training, reading included.");
        var largest = results.Networks.MaxBy(n => n.MultiplyAdds)!;
        var layers = new ReportTable("layer", "output", "parameters", new("million multiply-adds", "0.00")) { Caption = $"Layer by layer: {largest.Model}" };
        foreach (var layer in largest.Layers)
            layers.Add(layer.Name, string.Join(" × ", layer.Output), layer.Parameters, layer.MultiplyAdds / 1e6);
        section.Table(layers);
    }

    private static void Confusion(ReportSection section, RecognitionResults results)
    {
        var maps = results.Confusion.Select(c => RecognitionFigures.Confusion(results, c) with { Caption = $"{c.Model}: where the validation images of each class go, all pairs together." }).ToList();
        if (results.Data.ClassIds.Count <= LargestNamedConfusion)
            section.FigureRow(maps);
        else
            maps.ForEach(map => section.Figure(map));
        var baseline = results.Confusion.Single(c => c.Model == RecognitionArms.Baseline);
        foreach (var other in results.Confusion.Where(c => c.Model is not (RecognitionArms.Baseline or RecognitionArms.Control)))
        {
            var gains = results.Data.ClassNames.Select((name, i) => (Name: name, Gain: Recognised(other, i) - Recognised(baseline, i))).OrderByDescending(g => g.Gain).ToList();
            const int shown = 3;
            section.Paragraph($"Class by class against the baseline, {other.Model} stands best on {Classes(gains.Take(shown))} and worst on {Classes(gains.AsEnumerable().Reverse().Take(shown))}.");
        }

        static double Recognised(ConfusionResult confusion, int i) => confusion.Counts[i].Sum() == 0 ? 0 : (double)confusion.Counts[i][i] / confusion.Counts[i].Sum();

        static string Classes(IEnumerable<(string Name, double Gain)> gains) => string.Join(", ", gains.Select(g => $"{g.Name} ({RecognitionVerdict.Points(g.Gain)})"));
    }

    private static void FirstStage(ReportSection section, RecognitionResults results, IReadOnlyList<RecognitionPictures> pictures)
    {
        section.Paragraph("The first pair. Filters are stretched each to its own range around grey. Tuning is recorded with grey gratings on a grey background, at each cell's preferred orientation and spatial frequency, at the centre of its map; "
            + "**gain ratio** is the response at the lowest contrast over that at the highest: for contrasts .1 and 1, .10 is proportional and 1 contrast-invariant.");
        var table = new ReportTable("model", "stage", "trained", "cells", new("gain ratio", "0.00"), new("HWHH at lowest contrast (°)", "0.0"), new("at highest (°)", "0.0"), new("width ratio", "0.00"));
        foreach (var t in results.Tuning.Where(t => t.Pair == 1))
            table.Add(t.Model, t.Stage == "before" ? "convolution" : "layer", t.Trained ? "yes" : "no", t.Cells, t.GainRatio, t.Hwhh[0], t.Hwhh[^1], t.WidthRatio);
        section.Table(table);
        foreach (var picture in pictures)
        {
            string model = picture.Model;
            section.Heading($"{model}: {RecognitionArms.Describe(model)}");
            section.FigureRow(
                RecognitionFigures.Filters(model, "untrained", picture.Untrained.Filters) with { Caption = "First-layer filters at the start." },
                RecognitionFigures.Filters(model, "trained", picture.Trained.Filters) with { Caption = "First-layer filters after training." });
            if (results.Tuning.Any(t => t.Pair == 1 && t.Model == model))
                section.Figure(RecognitionFigures.Tuning(results, model) with { Caption = "Orientation tuning by contrast, averaged over the cells." });
            if (picture.Trained.Division.Count > 0)
                Kernels(section, picture);
        }
    }

    private static void Kernels(ReportSection section, RecognitionPictures picture)
    {
        var (model, before, after) = (picture.Model, picture.Untrained, picture.Trained);
        section.FigureRow(
            RecognitionFigures.Kernels(model, "division", "untrained", before.Division) with { Caption = "Division kernels w_div at the start." },
            RecognitionFigures.Kernels(model, "division", "trained", after.Division) with { Caption = "Division kernels after training." });
        var lateral = new List<Figure>();
        if (after.Excitation.Count > 0)
            lateral.Add(RecognitionFigures.Kernels(model, "excitation", "trained", after.Excitation) with { Caption = "Excitation w_exc after training, summed over the exciting cells; a cell's own weight at the centre is left out." });
        if (after.Inhibition.Count > 0)
            lateral.Add(RecognitionFigures.Kernels(model, "inhibition", "trained", after.Inhibition) with { Caption = "Inhibition w_inh after training, summed over the inhibiting cells in the same way." });
        if (lateral.Count > 0)
            section.FigureRow(lateral);
        var table = new ReportTable("mean over the cells", new("at the start", "0.000"), new("after training", "0.000"));
        table.Add("semi-saturation sigma", before.Sigma, after.Sigma);
        table.Add("sum of a cell's excitatory weights", before.ExcitationSum, after.ExcitationSum);
        table.Add("sum of a cell's inhibitory weights", before.InhibitionSum, after.InhibitionSum);
        section.Table(table);
    }

    private static void Run(
        ReportSection section, RecognitionResults results, RecognitionConfig config, IReadOnlyList<ImageTile> examples, IReadOnlyList<SkippedFile> skipped, string configText)
    {
        var e = results.Environment;
        if (examples.Count > 0)
            section.Figure(new ImageFigure("examples", examples, 6) { ShowScale = false, Zoom = Math.Max(1, 96 / config.InputSize), Caption = "Validation images at the network's resolution." });
        section.KeyValues(new Dictionary<string, string>
        {
            ["images"] = $"{results.Data.Source}: {results.Data.ClassIds.Count} classes, {results.Data.TrainImages} for training, {results.Data.ValidationImages} for validation, {results.Data.Skipped} files skipped",
            ["batch norm elsewhere"] = config.BatchNorm == BatchNormPlacement.None ? "none" : "everywhere: the baseline has one where the control would, so the two are one",
            ["seeds"] = string.Join(", ", results.Runs.Select(run => run.Seed).Distinct()),
            ["program"] = $"DivNormEI {e.Version}, TorchSharp {e.TorchSharp}, {e.Dotnet}",
            ["machine"] = $"{e.Cpu}, {e.Cores} cores, {e.Threads} threads, {e.Simd}{(e.Cuda ? ", CUDA" : string.Empty)}",
            ["system"] = e.OperatingSystem,
        });
        if (skipped.Count > 0)
            section.Details($"Skipped files ({skipped.Count})", string.Join("\n", skipped.Select(s => $"{s.Path}: {s.Reason}")));
        section.Details("Configuration", configText);
    }
}
