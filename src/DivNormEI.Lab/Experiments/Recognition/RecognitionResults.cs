using DivNorm.Lab.Training;

namespace DivNorm.Lab.Experiments.Recognition;

/// <summary>What one run of the recognition experiment found: results.json, schema <c>divnormei.recognition/1</c>.</summary>
/// <param name="Schema">Always <see cref="SchemaName"/>.</param>
/// <param name="Seed">The seed of the first pair.</param>
/// <param name="Data">The images.</param>
/// <param name="Networks">One entry an arm: what it is and what it costs.</param>
/// <param name="Runs">One entry a pair and arm.</param>
/// <param name="Summary">Means over the pairs, and the comparisons.</param>
/// <param name="Linear">A linear classifier of the pixels on the same images; null where none was asked for.</param>
/// <param name="Confusion">One entry an arm.</param>
/// <param name="Tuning">Contrast tuning of the first stage: one entry a pair, arm, training state and stage.</param>
/// <param name="Environment">The machine and the versions.</param>
public sealed record RecognitionResults(
    string Schema,
    long Seed,
    RecognitionData Data,
    IReadOnlyList<RecognitionNetwork> Networks,
    IReadOnlyList<RecognitionRun> Runs,
    RecognitionSummary Summary,
    LinearResult? Linear,
    IReadOnlyList<ConfusionResult> Confusion,
    IReadOnlyList<FirstStageTuning> Tuning,
    RunEnvironment Environment)
{
    /// <summary>The name of this schema.</summary>
    public const string SchemaName = "divnormei.recognition/1";
}

/// <summary>The images of a run.</summary>
/// <param name="Source">Where they come from, in words.</param>
/// <param name="ClassIds">The classes' ids, in the order of the labels.</param>
/// <param name="ClassNames">What people call them.</param>
/// <param name="TrainImages">Training images.</param>
/// <param name="ValidationImages">Validation images.</param>
/// <param name="Skipped">Files that were not used: strays and unreadable ones.</param>
public sealed record RecognitionData(string Source, IReadOnlyList<string> ClassIds, IReadOnlyList<string> ClassNames, int TrainImages, int ValidationImages, int Skipped);

/// <summary>One arm's network.</summary>
/// <param name="Model">The arm's name.</param>
/// <param name="Description">What it is, in words.</param>
/// <param name="Parameters">Trained numbers.</param>
/// <param name="MultiplyAdds">Multiply-adds of its convolutions and matrix products for one image, as written (a fast kernel takes fewer).</param>
/// <param name="Layers">The same, layer by layer.</param>
public sealed record RecognitionNetwork(string Model, string Description, long Parameters, long MultiplyAdds, IReadOnlyList<Models.LayerCost> Layers);

/// <summary>One training run.</summary>
/// <param name="Pair">The pair, from 1: runs of a pair start from the same shared weights and see the same images.</param>
/// <param name="Model">The arm's name.</param>
/// <param name="Seed">The pair's seed.</param>
/// <param name="Parameters">Trained numbers.</param>
/// <param name="Epochs">What each epoch brought.</param>
public sealed record RecognitionRun(int Pair, string Model, long Seed, long Parameters, IReadOnlyList<EpochRecord> Epochs);

/// <summary>Mean and range of a figure over the pairs.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="Minimum">The least.</param>
/// <param name="Maximum">The greatest.</param>
public sealed record Spread(double Mean, double Minimum, double Maximum)
{
    internal static Spread Of(IEnumerable<double> values)
    {
        double[] all = [.. values];
        return new Spread(all.Average(), all.Min(), all.Max());
    }
}

/// <summary>One arm over its pairs, after the last epoch unless said otherwise.</summary>
/// <param name="Model">The arm's name.</param>
/// <param name="ValidationTop1">Share recognised.</param>
/// <param name="ValidationTop5">Share whose class is among the five highest scores.</param>
/// <param name="ValidationLoss">Cross-entropy.</param>
/// <param name="TrainLoss">Loss of the last epoch's training.</param>
/// <param name="MeanTop1">Mean of the top-1 over all epochs: how fast it learns.</param>
/// <param name="SecondsPerEpoch">Median over the epochs of all pairs.</param>
/// <param name="ImagesPerSecond">Median over the epochs of all pairs.</param>
public sealed record ModelSummary(
    string Model, Spread ValidationTop1, Spread ValidationTop5, Spread ValidationLoss, Spread TrainLoss, Spread MeanTop1, double SecondsPerEpoch, double ImagesPerSecond);

/// <summary>One arm against another, pair by pair.</summary>
/// <param name="Model">The arm.</param>
/// <param name="Against">What it is compared with.</param>
/// <param name="Top1">Difference of the final top-1.</param>
/// <param name="MeanTop1">Difference of the mean top-1 over all epochs.</param>
/// <param name="EpochsToReach">For each pair, the first epoch at which the arm reaches the other's final top-1; null where it never does.</param>
/// <param name="TimeRatio">Seconds per epoch over the other's.</param>
/// <param name="ParameterRatio">Parameters over the other's.</param>
public sealed record ModelComparison(
    string Model, string Against, PairedDifference Top1, PairedDifference MeanTop1, IReadOnlyList<int?> EpochsToReach, double TimeRatio, double ParameterRatio);

/// <summary>Means over the pairs, and the comparisons: first against the baseline (the paper's), then against the control.</summary>
/// <param name="Models">One entry an arm.</param>
/// <param name="Comparisons">One entry a comparison.</param>
public sealed record RecognitionSummary(IReadOnlyList<ModelSummary> Models, IReadOnlyList<ModelComparison> Comparisons);

/// <summary>A linear classifier of the pixels.</summary>
/// <param name="Epochs">Epochs it was trained for.</param>
/// <param name="TrainTop1">Share of the training images recognised in its best epoch.</param>
/// <param name="ValidationTop1">Share of the validation images recognised then: the best epoch on these very images, in its favour.</param>
public sealed record LinearResult(int Epochs, double TrainTop1, double ValidationTop1);

/// <summary>Which classes an arm takes for which, over all pairs.</summary>
/// <param name="Model">The arm's name.</param>
/// <param name="Counts">Validation images by class (rows) and by the class that they were taken for (columns).</param>
public sealed record ConfusionResult(string Model, IReadOnlyList<IReadOnlyList<int>> Counts);

/// <summary>
/// Orientation tuning by contrast of the first stage, averaged over the cells that respond, each at the orientation and spatial frequency
/// that it prefers at full contrast. Grey gratings on a grey background, centre unit.
/// </summary>
/// <param name="Pair">The pair.</param>
/// <param name="Model">The arm's name.</param>
/// <param name="Trained">Whether before or after training.</param>
/// <param name="Stage">before (the rectified convolution) or after (the arm's layer).</param>
/// <param name="Cells">Cells that respond to gratings.</param>
/// <param name="Contrasts">Michelson contrasts, ascending.</param>
/// <param name="Peak">Response at the preferred orientation, by contrast.</param>
/// <param name="Hwhh">Half-width at half height, degrees, by contrast.</param>
/// <param name="GainRatio">Peak at the lowest contrast over peak at the highest: 1 is contrast-invariant.</param>
/// <param name="WidthRatio">HWHH at the lowest contrast over HWHH at the highest.</param>
/// <param name="OrientationOffsets">Degrees from the preferred orientation.</param>
/// <param name="Curves">Mean response by contrast and offset.</param>
public sealed record FirstStageTuning(
    int Pair,
    string Model,
    bool Trained,
    string Stage,
    int Cells,
    IReadOnlyList<double> Contrasts,
    IReadOnlyList<double> Peak,
    IReadOnlyList<double> Hwhh,
    double GainRatio,
    double WidthRatio,
    IReadOnlyList<double> OrientationOffsets,
    IReadOnlyList<IReadOnlyList<double>> Curves);
