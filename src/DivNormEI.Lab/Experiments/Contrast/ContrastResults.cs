using DivNorm.Lab.Experiments.SuperResolution;

namespace DivNorm.Lab.Experiments.Contrast;

/// <summary>What one run of the contrast experiment found: results.json, schema <c>divnormei.contrast/1</c>.</summary>
/// <param name="Schema">Always <see cref="SchemaName"/>.</param>
/// <param name="Seed">The seed that every random choice derives from.</param>
/// <param name="Data">The images.</param>
/// <param name="Variants">One entry a trained variant, in the order of the configuration.</param>
/// <param name="Baselines">Interpolation on the same validation crops.</param>
/// <param name="Tuning">One entry a variant, training state, stage, readout and background.</param>
/// <param name="Environment">The machine and the versions.</param>
public sealed record ContrastResults(
    string Schema,
    long Seed,
    ImageData Data,
    IReadOnlyList<ContrastVariantResult> Variants,
    InterpolationBaselines Baselines,
    IReadOnlyList<ContrastTuning> Tuning,
    RunEnvironment Environment)
{
    /// <summary>The name of this schema.</summary>
    public const string SchemaName = "divnormei.contrast/1";

    /// <summary>The first convolution of VGG-16 under the same gratings; null without its weights.</summary>
    public ContrastVgg16? Vgg16 { get; init; }
}

/// <summary>One trained variant.</summary>
/// <param name="Name">The variant's name.</param>
/// <param name="Crops">Training crops seen.</param>
/// <param name="Seconds">Seconds spent in training, over all sessions of a resumed run.</param>
/// <param name="CropsPerSecond">Crops over seconds.</param>
/// <param name="Psnr">Mean PSNR in dB over the validation crops, eval mode, against the target (peak 1).</param>
/// <param name="Ssim">Mean SSIM over the same.</param>
/// <param name="TrainingLoss">Summed squared error a crop, averaged over successive stretches of <see cref="LossStretch"/> steps.</param>
public sealed record ContrastVariantResult(
    string Name, int Crops, double Seconds, double CropsPerSecond, double Psnr, double Ssim, IReadOnlyList<double> TrainingLoss)
{
    /// <summary>Steps that one entry of the training loss averages over; the last entry may have fewer.</summary>
    public const int LossStretch = 10;
}

/// <summary>
/// Orientation tuning by contrast of one stage, averaged over the 64 cells (of VGG-16, over the tuned units), each aligned at its nominal
/// (of VGG-16, its preferred) orientation.
/// A figure that does not exist (the width of a flat curve) is null in the file.
/// </summary>
/// <param name="Variant">The variant's name.</param>
/// <param name="Trained">Whether before or after training.</param>
/// <param name="Stage">before, beforeSquared, normalized or after; of VGG-16, the convolution's name.</param>
/// <param name="Readout">centre (the middle unit, maximum over phases) or mean (spatial mean).</param>
/// <param name="Background">grey (mean .5) or zero.</param>
/// <param name="Contrasts">Michelson contrasts, ascending.</param>
/// <param name="Peak">Response at the nominal orientation, by contrast.</param>
/// <param name="Hwhh">Half-width at half height between minimum and maximum, degrees, by contrast.</param>
/// <param name="HwhhFromZero">Half-width at half the peak measured from zero, degrees, by contrast.</param>
/// <param name="GainRatio">Peak at the lowest contrast over peak at the highest: 1 is contrast-invariant.</param>
/// <param name="WidthRatio">HWHH at the lowest contrast over HWHH at the highest: 1 is contrast-invariant.</param>
/// <param name="WidthRatioFromZero">The same for the widths from zero.</param>
/// <param name="Osi">Orientation selectivity index by contrast.</param>
/// <param name="Cv">Circular variance by contrast.</param>
/// <param name="OrientationOffsets">Degrees from the nominal orientation.</param>
/// <param name="Curves">Mean response by contrast and offset.</param>
public sealed record ContrastTuning(
    string Variant,
    bool Trained,
    string Stage,
    string Readout,
    string Background,
    IReadOnlyList<double> Contrasts,
    IReadOnlyList<double> Peak,
    IReadOnlyList<double> Hwhh,
    IReadOnlyList<double> HwhhFromZero,
    double GainRatio,
    double WidthRatio,
    double WidthRatioFromZero,
    IReadOnlyList<double> Osi,
    IReadOnlyList<double> Cv,
    IReadOnlyList<double> OrientationOffsets,
    IReadOnlyList<IReadOnlyList<double>> Curves)
{
    /// <summary>Fraction of the power of the contrast x orientation matrix in its first singular component, no mean taken off: 1 if contrast scales one curve.</summary>
    public double Separability { get; init; } = double.NaN;
}
