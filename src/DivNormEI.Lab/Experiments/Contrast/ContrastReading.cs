namespace DivNorm.Lab.Experiments.Contrast;

/// <summary>Says in plain words what the figures of a run do and do not show. Every sentence follows from the numbers.</summary>
internal static class ContrastReading
{
    /// <summary>A gain ratio from which the response counts as far less dependent on contrast: .1 to 1 is a factor of 10 in, about 2 out.</summary>
    private const double StrongGain = 0.45;

    /// <summary>Widths whose ratio is this near to 1 count as equal.</summary>
    private const double EqualWidths = 0.1;

    /// <summary>One paragraph a finding, for one variant.</summary>
    public static IEnumerable<string> Of(ContrastResults results, string variant)
    {
        var before = Centre(results, variant, "before", trained: true);
        var after = Centre(results, variant, "after", trained: true);
        var untrained = Centre(results, variant, "after", trained: false);
        yield return Gain(before, untrained, after);
        yield return Width(before, after);
        yield return Pedestal(results, variant);
        yield return Quality(results, variant);
    }

    /// <summary>What no run of this experiment shows.</summary>
    public static IEnumerable<string> Limits(ContrastResults results)
    {
        yield return "One seed was run. Another seed gives other weights; how far the figures move with it is not measured here.";
        yield return "The cells are 64 fixed Gabor filters; nothing was compared with recordings from neurons. \"Contrast invariance\" is said of the measures named, not of cortex.";
        if (results.Variants.Any(v => v.Crops < 19_200))
            yield return "Training was short: figures settle after about 19,000 crops or more on natural images (--crops 38400 on BSDS500 is the reference).";
        if (results.Data.Source.StartsWith("dead leaves", StringComparison.OrdinalIgnoreCase))
            yield return "The images were made by the program (dead leaves). They share the spectra and occlusions of photographs, not their content; PSNR and SSIM cannot be compared with figures on BSDS500.";
    }

    private static string Gain(ContrastTuning before, ContrastTuning untrained, ContrastTuning after)
    {
        string verdict = after.GainRatio >= StrongGain ? "The response gain has become far less dependent on contrast, the direction that the paper's figure shows"
            : after.GainRatio > 1.5 * before.GainRatio ? "The response gain has become less dependent on contrast, yet the raw curves stay apart"
            : "The response gain depends on contrast about as much as before the layer";
        return $"Gain. From contrast {Low(before)} to {High(before)} the response before the layer grows {Times(before.GainRatio)} (gain ratio {before.GainRatio:f2}). "
            + $"After the layer it grows {Times(untrained.GainRatio)} untrained ({untrained.GainRatio:f2}) and {Times(after.GainRatio)} trained ({after.GainRatio:f2}). {verdict}.";
    }

    private static string Width(ContrastTuning before, ContrastTuning after)
    {
        string first = Math.Abs(before.WidthRatio - 1) <= EqualWidths
            ? "is the same at every contrast before the layer, as of any rectified linear filter: it needs no normalisation to be contrast-invariant"
            : "depends on contrast already before the layer";
        string then = double.IsNaN(after.WidthRatio) ? "after it, it cannot be measured at every contrast"
            : Math.Abs(after.WidthRatio - 1) <= EqualWidths ? "after it, it still is"
            : after.WidthRatio < 1 ? "the layer widens tuning as contrast grows"
            : "the layer sharpens tuning as contrast grows";
        return $"Width. The peak-normalised width (HWHH) {first} ({Degrees(before.Hwhh)}); {then} ({Degrees(after.Hwhh)}, ratio {Number(after.WidthRatio)}).";
    }

    private static string Pedestal(ContrastResults results, string variant)
    {
        var grey = Find(results, variant, "before", true, "mean", "grey");
        var zero = Find(results, variant, "before", true, "mean", "zero");
        return $"Pedestal. In the spatial mean of the maps before the layer, widths measured from zero fall from {grey.HwhhFromZero[0]:f1} to {grey.HwhhFromZero[^1]:f1} degrees with contrast on grey (ratio {Number(grey.WidthRatioFromZero)}), "
            + $"and not on a zero-mean background (ratio {Number(zero.WidthRatioFromZero)}). The loss of selectivity at low contrast that the paper's Fig. 2A shows is a pedestal from the grey background and the zero padding, which does not scale with contrast.";
    }

    private static string Quality(ContrastResults results, string variant)
    {
        var v = results.Variants.Single(r => r.Name == variant);
        var b = results.Baselines;
        string verdict = v.Psnr > b.BicubicPsnr ? "The network beats bicubic interpolation" : "The network does not beat bicubic interpolation";
        return $"Images. {verdict}: PSNR {v.Psnr:f2} dB and SSIM {v.Ssim:f3} after {v.Crops:n0} crops, against {b.BicubicPsnr:f2} dB and {b.BicubicSsim:f3} (bilinear: {b.BilinearPsnr:f2} dB, {b.BilinearSsim:f3}).";
    }

    private static ContrastTuning Centre(ContrastResults results, string variant, string stage, bool trained) => Find(results, variant, stage, trained, "centre", "grey");

    private static ContrastTuning Find(ContrastResults results, string variant, string stage, bool trained, string readout, string background) =>
        ContrastFigures.Find(results, variant, trained, stage, readout, background);

    private static string Times(double gainRatio) => gainRatio > 0 ? $"{1 / gainRatio:f1} times" : "from nothing";

    private static string Degrees(IReadOnlyList<double> widths) => string.Join(" / ", widths.Select(w => double.IsNaN(w) ? "–" : $"{w:f1}°"));

    private static string Number(double value) => double.IsNaN(value) ? "–" : $"{value:f2}";

    private static string Low(ContrastTuning t) => $"{t.Contrasts[0]:g}";

    private static string High(ContrastTuning t) => $"{t.Contrasts[^1]:g}";
}
