using DivNorm.Lab.Experiments.SuperResolution;
using DivNorm.Layers;

namespace DivNorm.Lab.Experiments.Comparison;

/// <summary>What one comparison of normalisation layers found: results.json, schema <c>divnormei.compare/1</c>.</summary>
/// <param name="Schema">Always <see cref="SchemaName"/>.</param>
/// <param name="Seed">The seed that every random choice derives from.</param>
/// <param name="Data">The images.</param>
/// <param name="Baselines">Interpolation on the same validation crops.</param>
/// <param name="Criteria">The thresholds of <see cref="V1Properties"/>.</param>
/// <param name="Encoder">The cells before any layer: rectified linear filters.</param>
/// <param name="Layers">One entry a layer, in the order of the configuration.</param>
/// <param name="Environment">The machine and the versions.</param>
public sealed record ComparisonResults(
    string Schema,
    long Seed,
    ImageData Data,
    InterpolationBaselines Baselines,
    V1Criteria Criteria,
    LayerPhysiology Encoder,
    IReadOnlyList<ComparisonLayer> Layers,
    RunEnvironment Environment)
{
    /// <summary>The name of this schema.</summary>
    public const string SchemaName = "divnormei.compare/1";
}

/// <summary>One layer in the comparison.</summary>
/// <param name="Name">Its name among <see cref="NormalizationLayers"/>.</param>
/// <param name="Title">Its title.</param>
/// <param name="Equation">What it computes.</param>
/// <param name="Citation">Where it comes from.</param>
/// <param name="Parameters">Numbers that training adjusts in the layer, the decoder's not counted.</param>
/// <param name="Fit">How its label-free fit before the training went; null for a layer without one.</param>
/// <param name="Untrained">Its physiology before training, after a label-free fit.</param>
/// <param name="UntrainedProperties">What that reproduces of V1.</param>
/// <param name="Training">How its training went; null if it diverged.</param>
/// <param name="Trained">Its physiology after training; null if it diverged.</param>
/// <param name="TrainedProperties">What that reproduces of V1; null if it diverged.</param>
/// <param name="Diverged">What happened where the training diverged; else null.</param>
public sealed record ComparisonLayer(
    string Name,
    string Title,
    string Equation,
    string Citation,
    long Parameters,
    LabelFreeFitResult? Fit,
    LayerPhysiology Untrained,
    V1Properties UntrainedProperties,
    ComparisonTraining? Training,
    LayerPhysiology? Trained,
    V1Properties? TrainedProperties,
    string? Diverged);

/// <summary>How the network around a layer was trained.</summary>
/// <param name="Crops">Training crops seen.</param>
/// <param name="Seconds">Seconds spent in steps, over all sessions of a resumed run.</param>
/// <param name="SecondsPerStep">Seconds a step took on average.</param>
/// <param name="Psnr">Mean PSNR in dB over the validation crops, eval mode, against the target (peak 1).</param>
/// <param name="Ssim">Mean SSIM over the same.</param>
/// <param name="TrainingLoss">Summed squared error a crop, averaged over successive stretches of <see cref="LossStretch"/> steps.</param>
public sealed record ComparisonTraining(int Crops, double Seconds, double SecondsPerStep, double Psnr, double Ssim, IReadOnlyList<double> TrainingLoss)
{
    /// <summary>Steps that one entry of the training loss averages over; the last entry may have fewer.</summary>
    public const int LossStretch = 10;

    internal static ComparisonTraining Of(SuperResolutionOutcome outcome) => new(
        outcome.Crops,
        outcome.Seconds,
        outcome.Steps > 0 ? outcome.Seconds / outcome.Steps : double.NaN,
        outcome.Psnr,
        outcome.Ssim,
        outcome.LossByStretch(LossStretch));
}
