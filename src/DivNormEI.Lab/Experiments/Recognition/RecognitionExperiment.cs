using DivNorm.Lab.Data;
using DivNorm.Lab.Reporting.Progress;
using DivNorm.Lab.Training;
using DivNorm.Models;

namespace DivNorm.Lab.Experiments.Recognition;

/// <summary>Where the recognition experiment finds its images and leaves its results.</summary>
/// <param name="Data">A folder with <c>train/CLASS</c> and <c>val/CLASS</c>, or null to make images.</param>
/// <param name="Output">The folder for results; made where missing.</param>
/// <param name="Cache">A folder for packed images, or null to decode images whenever they are needed.</param>
/// <param name="Resume">Whether to go on from the checkpoints of a run of the same configuration, which may have had other arms and pairs.</param>
public sealed record RecognitionPlaces(string? Data, string Output, string? Cache = null, bool Resume = false);

/// <summary>
/// Experiment 2 of the paper (Veerabadran, Raina and de Sa 2021): the same VGG-9 with and without a DivNormEI layer after its first
/// convolution, from the same start on the same images, pair by pair; and with batch norm alone, which the layer brings along.
/// </summary>
public static class RecognitionExperiment
{
    /// <summary>Runs the experiment and writes results.json, config.json, epochs.csv, models, figures, TensorBoard logs and report.html.</summary>
    /// <param name="config">What to do.</param>
    /// <param name="places">Where to read and write.</param>
    /// <param name="progress">Is told how far the run is.</param>
    /// <param name="cancellation">Stops the run after the step under way; a checkpoint is written.</param>
    /// <exception cref="UserInputException">Configuration, data, checkpoint or output folder cannot be used.</exception>
    /// <exception cref="TrainingDivergedException">The loss of a run is no longer a number.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public static RecognitionResults Run(RecognitionConfig config, RecognitionPlaces places, IRunProgress progress, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(places);
        ArgumentNullException.ThrowIfNull(progress);
        config.Validate("configuration");
        using var data = RecognitionImages.Open(config, places, progress, cancellation);
        var output = new RecognitionOutput(places, config);
        var outcomes = Runs(config).Select(run => TrainingRun.Do(config, data, output, run.Pair, run.Arm, progress, cancellation)).ToList();
        var linear = config.LinearBaseline ? PixelClassifier.Train(config, data, progress, cancellation) : null;
        var runs = outcomes.Select(outcome => outcome.Run).ToList();
        var skipped = data.SkippedFiles();
        var results = new RecognitionResults(
            RecognitionResults.SchemaName,
            config.Seed,
            new RecognitionData(data.Source, data.ClassIds, data.ClassNames, data.Train.Count, data.Validation.Count, skipped.Count),
            [.. outcomes.Where(outcome => outcome.Run.Pair == 1).Select(outcome => outcome.Network)],
            runs,
            RecognitionSummaries.Of(runs),
            linear,
            [.. outcomes.GroupBy(outcome => outcome.Run.Model).Select(group => new ConfusionResult(group.Key, Sum([.. group.Select(outcome => outcome.Confusion)])))],
            [.. outcomes.SelectMany(outcome => outcome.Tuning)],
            RunEnvironment.Current());
        output.SaveResults(results, [.. outcomes.Where(outcome => outcome.Run.Pair == 1).Select(outcome => outcome.Pictures)], RecognitionImages.Examples(data, config), skipped);
        return results;
    }

    /// <summary>
    /// Trains some of an experiment's runs, from their checkpoints where there are any, and leaves their checkpoints, models and logs: a share of the work for one of
    /// several processes or machines on one output folder. <see cref="Run"/> with <see cref="RecognitionPlaces.Resume"/> makes results and report of them.
    /// </summary>
    /// <param name="config">The whole experiment.</param>
    /// <param name="places">Where to read and write; what is in the output folder is kept.</param>
    /// <param name="names">The runs: <c>pair2-divnorm</c> and so on.</param>
    /// <param name="progress">Is told how far the run is.</param>
    /// <param name="cancellation">Stops the run after the step under way; a checkpoint is written.</param>
    /// <exception cref="UserInputException">The experiment has no such run; configuration, data, checkpoint or output folder cannot be used.</exception>
    /// <exception cref="TrainingDivergedException">The loss of a run is no longer a number.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public static void Train(RecognitionConfig config, RecognitionPlaces places, IReadOnlyList<string> names, IRunProgress progress, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(places);
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(progress);
        config.Validate("configuration");
        var runs = Runs(config).ToDictionary(run => RecognitionOutput.Name(run.Pair, run.Arm));
        if (names.FirstOrDefault(name => !runs.ContainsKey(name)) is { } unknown)
            throw new UserInputException($"there is no run '{unknown}'; the runs are {string.Join(", ", runs.Keys)}.");
        using var data = RecognitionImages.Open(config, places, progress, cancellation);
        var output = new RecognitionOutput(places with { Resume = true }, config);
        foreach (string name in names)
            TrainingRun.Do(config, data, output, runs[name].Pair, runs[name].Arm, progress, cancellation);
    }

    /// <summary>The untrained network of one arm; those of one seed share every weight that they share a layer for.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="arm">One of <see cref="RecognitionArms.Names"/>.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="seed">The pair's seed.</param>
    public static Vgg9 Model(RecognitionConfig config, string arm, int classes, long seed)
    {
        ArgumentNullException.ThrowIfNull(config);
        return new Vgg9(config.Network(arm, classes, seed), RecognitionArms.Layer(arm, config.Start));
    }

    /// <summary>The arms to train: with batch norm everywhere the baseline has it where the control would, and is the control.</summary>
    internal static IEnumerable<string> Arms(RecognitionConfig config) =>
        config.Arms.Where(arm => arm != RecognitionArms.Control || config.BatchNorm == BatchNormPlacement.None);

    private static IEnumerable<(int Pair, string Arm)> Runs(RecognitionConfig config) =>
        from pair in Enumerable.Range(1, config.Pairs) from arm in Arms(config) select (pair, arm);

    private static int[][] Sum(IReadOnlyList<IReadOnlyList<IReadOnlyList<int>>> matrices) =>
        [.. matrices[0].Select((row, i) => row.Select((_, j) => matrices.Sum(matrix => matrix[i][j])).ToArray())];
}
