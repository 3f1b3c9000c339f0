using DivNorm.Lab.Reporting;

namespace DivNorm.Lab.Experiments.Comparison;

/// <summary>Says in plain words which layer reproduces which property of V1. Every sentence follows from the numbers and states its threshold.</summary>
internal static class ComparisonReading
{
    /// <summary>Share of a curve's largest response that it is to have at the cells' own orientation to count as peaked there.</summary>
    private const double AtPeak = 0.95;

    private sealed record Property(string Name, string Criterion, string Measure, Func<V1Properties, bool> Holds, Func<LayerPhysiology, double> Value, string Format);

    /// <summary>One paragraph a property: who has it after training, who has not, and what the cells had before any layer.</summary>
    public static IEnumerable<string> ByProperty(ComparisonResults results)
    {
        var trained = results.Layers.Where(layer => layer.Trained is not null).ToList();
        foreach (var property in All(results.Criteria))
        {
            var with = trained.Where(layer => property.Holds(layer.TrainedProperties!)).ToList();
            var without = trained.Except(with).ToList();
            yield return $"**{property.Name}** ({property.Criterion}; before any layer {Number(property.Value(results.Encoder), property.Format)}). "
                + $"{(with.Count == 0 ? "No layer has it." : $"With it: {List(with)}.")}"
                + $"{(without.Count == 0 ? string.Empty : $" Without: {List(without)}.")}";

            string List(IEnumerable<ComparisonLayer> layers) =>
                string.Join(", ", layers.Select(layer => $"`{layer.Name}` {Number(property.Value(layer.Trained!), property.Format)}"));
        }
    }

    /// <summary>What one layer does, trained, and how that differs from before training.</summary>
    public static IEnumerable<string> OfLayer(ComparisonResults results, ComparisonLayer layer)
    {
        if (layer.Trained is not { } trained)
        {
            yield return $"The training ended early: {layer.Diverged} What follows is the layer before training.";
            yield return Verdict(results, layer.UntrainedProperties, layer.Untrained);
            yield break;
        }

        yield return Verdict(results, layer.TrainedProperties!, trained);
        double grows = 1 / trained.GainRatio;
        yield return $"From contrast {trained.Contrasts[0]:g} to {trained.Contrasts[^1]:g} the averaged response grows {grows:f1} times ({1 / layer.Untrained.GainRatio:f1} before training, {1 / results.Encoder.GainRatio:f1} before any layer). "
            + (grows > 1.05 / results.Encoder.GainRatio ? "The layer makes the response depend on contrast more than it did: it expands where normalisation compresses. " : string.Empty)
            + $"Its width goes from {Number(trained.Hwhh[0], "0.0")}° to {Number(trained.Hwhh[^1], "0.0")}° ({Number(results.Encoder.Hwhh[0], "0.0")}° to {Number(results.Encoder.Hwhh[^1], "0.0")}° before any layer).";
        if (trained.NominalOverPeak < AtPeak)
            yield return $"At full contrast its averaged curve does not peak at the cells' own orientation: there it is {trained.NominalOverPeak:f2} of its largest. Gain, width and OSI are measured there, and say less than of a curve with one peak.";
        var changed = All(results.Criteria).Where(p => p.Holds(layer.TrainedProperties!) != p.Holds(layer.UntrainedProperties)).ToList();
        if (layer.Parameters > 0)
        {
            var won = changed.Where(p => p.Holds(layer.TrainedProperties!)).Select(Named).ToList();
            var lost = changed.Where(p => p.Holds(layer.UntrainedProperties)).Select(Named).ToList();
            yield return changed.Count == 0 ? "Training changed none of these verdicts."
                : string.Join(" ", ((string[])[won.Count > 0 ? $"Training brought {Join(won)}." : "", lost.Count > 0 ? $"Training took {Join(lost)} away." : ""]).Where(s => s.Length > 0));
        }

        if (layer.Fit is { } fit)
        {
            yield return $"Its label-free fit to {fit.Positions:n0} positions {(fit.Converged ? "converged" : "stopped unconverged")} after {fit.Iterations} iterations: {fit.IndependentLoss:f3} nats without neighbours, {fit.Loss:f3} with them. \"Before training\" is after this fit.";
        }

        var training = layer.Training!;
        yield return $"PSNR {training.Psnr:f2} dB and SSIM {training.Ssim:f3} after {training.Crops:n0} crops, against {results.Baselines.BicubicPsnr:f2} dB and {results.Baselines.BicubicSsim:f3} of bicubic interpolation.";
    }

    /// <summary>The answer in a sentence or two.</summary>
    public static IEnumerable<string> Answer(ComparisonResults results)
    {
        var trained = results.Layers.Where(layer => layer.Trained is not null).ToList();
        if (trained.Count == 0)
        {
            yield return "No layer could be trained.";
            yield break;
        }

        int best = trained.Max(layer => Count(layer.TrainedProperties!));
        var leaders = trained.Where(layer => Count(layer.TrainedProperties!) == best).Select(layer => $"`{layer.Name}`").ToList();
        int before = Count(results.Criteria.Judge(results.Encoder, results.Encoder));
        yield return $"Of six properties of V1, {Join(leaders)} {(leaders.Count == 1 ? "reproduces" : "reproduce")} the most after training: **{best}**. The cells before any layer have {before}, since a rectified linear filter keeps its width, its selectivity and its separability at every contrast.";
        var normalized = trained.Where(layer => layer.TrainedProperties!.ContrastNormalizedGain).ToList();
        var both = normalized.Where(layer => layer.TrainedProperties!.ContrastInvariantWidth).Select(layer => $"`{layer.Name}`").ToList();
        yield return normalized.Count == 0 ? $"No trained layer normalises the gain (gain ratio {results.Criteria.GainRatio:g} or more)."
            : $"{normalized.Count} of {trained.Count} trained layers normalise the gain (gain ratio {results.Criteria.GainRatio:g} or more); {(both.Count == 0 ? "none of them keeps the width of tuning independent of contrast" : $"of these {Join(both)} also {(both.Count == 1 ? "keeps" : "keep")} the width of tuning independent of contrast")}.";
    }

    /// <summary>What no run of this comparison shows.</summary>
    public static IEnumerable<string> Limits(ComparisonResults results)
    {
        yield return "One seed was run, every layer with the defaults of its page and one learning rate; another start, other options or a longer training may change a verdict near its threshold.";
        yield return "The cells are 64 fixed Gabor filters in a network trained for super-resolution; nothing was compared with recordings from neurons.";
        yield return "The thresholds are conventions of this comparison; the tables have the numbers.";
        if (results.Layers.Any(layer => layer.Training is { Crops: < 19_200 }))
            yield return "Training was short: tuning settles after about 19,000 crops or more on natural images.";
        if (results.Data.Source.StartsWith("dead leaves", StringComparison.OrdinalIgnoreCase))
            yield return "The images were made by the program (dead leaves); PSNR and SSIM cannot be compared with figures on BSDS500.";
    }

    private static string Verdict(ComparisonResults results, V1Properties properties, LayerPhysiology physiology)
    {
        var all = All(results.Criteria).ToList();
        var with = all.Where(p => p.Holds(properties)).Select(Measured).ToList();
        var without = all.Where(p => !p.Holds(properties)).Select(Measured).ToList();
        return $"{(with.Count == 0 ? "Reproduces none of the six properties." : $"Reproduces {Join(with)}.")}{(without.Count == 0 ? string.Empty : $" Does not reproduce {Join(without)}.")}";

        string Measured(Property p) => $"{Named(p)} ({p.Measure} {Number(p.Value(physiology), p.Format)})";
    }

    private static IEnumerable<Property> All(V1Criteria c)
    {
        yield return new("Contrast-invariant width", $"width ratio {1 - c.WidthTolerance:g} to {1 + c.WidthTolerance:g}", "width ratio", p => p.ContrastInvariantWidth, l => l.WidthRatio, "0.00");
        yield return new("Contrast-normalised gain", $"gain ratio {c.GainRatio:g} or more", "gain ratio", p => p.ContrastNormalizedGain, l => l.GainRatio, "0.00");
        yield return new("Selectivity kept", $"OSI at least {100 * c.OsiKept:f0} % of that before the layer", "OSI", p => p.Selectivity, l => l.Osi, "0.00");
        yield return new("Cross-orientation suppression", $"median index at least {c.CrossOrientationSuppression:g} above that before the layer", "index", p => p.CrossOrientationSuppression, l => l.Medians.CrossOrientationSuppression, "0.00");
        yield return new("Surround suppression", $"median index of an annulus of the cell's orientation at least {c.SurroundSuppression:g} above that before the layer", "index", p => p.SurroundSuppression, l => l.Medians.SurroundSuppression, "0.00");
        yield return new("Separability of contrast and orientation", $"separability {c.Separability:g} or more", "separability", p => p.Separable, l => l.Separability, "0.0000");
    }

    private static int Count(V1Properties p) =>
        ((bool[])[p.ContrastInvariantWidth, p.ContrastNormalizedGain, p.Selectivity, p.CrossOrientationSuppression, p.SurroundSuppression, p.Separable]).Count(held => held);

    private static string Named(Property property) => property.Name.ToLowerInvariant();

    private static string Join(List<string> items) => items.Count <= 1 ? string.Concat(items) : $"{string.Join(", ", items.Take(items.Count - 1))} and {items[^1]}";

    private static string Number(double value, string format) => NumberText.Formatted(value, format);
}
