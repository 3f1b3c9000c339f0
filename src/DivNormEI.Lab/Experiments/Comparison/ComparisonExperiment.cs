using System.Text.Json;
using DivNorm.Filters;
using DivNorm.Lab.Experiments.SuperResolution;
using DivNorm.Lab.Reporting;
using DivNorm.Lab.Reporting.Progress;
using DivNorm.Lab.Training;
using DivNorm.Layers;
using DivNorm.Models;
using static TorchSharp.torch;

namespace DivNorm.Lab.Experiments.Comparison;

/// <summary>Where a comparison finds its images and leaves its results.</summary>
/// <param name="Data">A folder of images (BSDS500 at any of its levels), or null to make images.</param>
/// <param name="Output">The folder for results; made where missing.</param>
/// <param name="Resume">Whether to go on from an interrupted run of the same configuration, which may have had other layers.</param>
public sealed record ComparisonPlaces(string? Data, string Output, bool Resume = false);

/// <summary>
/// Which normalisation gives which property of V1? Trains the super-resolution network around each layer in turn, with the same seed, crops and decoder, and
/// records from the 64 cells behind it before and after.
/// </summary>
public static class ComparisonExperiment
{
    /// <summary>Folder of what finished layers left: one JSON a layer, with the identity of its run.</summary>
    internal const string Finished = "layers";

    /// <summary>Runs the comparison and writes results.json, config.json, CSV tables, models, figures and report.html.</summary>
    /// <param name="config">What to do.</param>
    /// <param name="places">Where to read and write.</param>
    /// <param name="progress">Is told how far the run is.</param>
    /// <param name="cancellation">Stops the run after the step under way; a checkpoint is written.</param>
    /// <exception cref="UserInputException">Configuration, data, checkpoint or output folder cannot be used.</exception>
    /// <exception cref="TrainingDivergedException">The training of every layer diverged; the results are written all the same.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public static ComparisonResults Run(ComparisonConfig config, ComparisonPlaces places, IRunProgress progress, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(places);
        ArgumentNullException.ThrowIfNull(progress);
        config.Validate("configuration");
        using var task = new SuperResolutionTask(config, places.Data, progress, cancellation);
        var output = new RunFolder(places.Output, JsonResults.Serialize(config, ExperimentJson.Default.ComparisonConfig), places.Resume, [Finished], free: Finished);
        using var recording = new LayerRecording(config);
        var encoder = recording.Record(null, "the cells before any layer", progress, cancellation);

        var layers = new List<ComparisonLayer>();
        foreach (string name in config.Layers)
        {
            string file = output.In(Finished, name + ".json"), identity = output.RunIdentity(name, task.Images);
            if (output.Resume && File.Exists(file))
            {
                layers.Add(Read(file, identity));
                progress.Message($"{name} is finished already");
                continue;
            }

            var layer = Compare(NormalizationLayers.Find(name), config, task, output, recording, encoder, progress, cancellation);
            output.Write(Path.Combine(Finished, name + ".json"), JsonResults.Serialize(new FinishedLayer(identity, layer), ExperimentJson.Default.FinishedLayer));
            layers.Add(layer);
        }

        var results = new ComparisonResults(
            ComparisonResults.SchemaName, config.Seed, task.Data, task.Baselines, new V1Criteria(), encoder, layers, RunEnvironment.Current());
        ComparisonOutput.Save(output, results, config, task.Images.SkippedFiles);
        return layers.TrueForAll(layer => layer.Diverged is not null)
            ? throw new TrainingDivergedException($"The training of every layer diverged; the first: {layers[0].Diverged}")
            : results;
    }

    /// <summary>The untrained network around a layer; the same seed gives the same weights, the decoder's whatever the layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="config">The configuration.</param>
    internal static SuperResolutionNet Model(NormalizationLayer layer, ComparisonConfig config) =>
        SuperResolutionTask.Network(layer.Create(GaborBank.Paper.Filters.Count, Seeds.Derive(config.Seed, "layer")), config);

    private static ComparisonLayer Compare(
        NormalizationLayer layer,
        ComparisonConfig config,
        SuperResolutionTask task,
        RunFolder output,
        LayerRecording recording,
        LayerPhysiology encoder,
        IRunProgress progress,
        CancellationToken cancellation)
    {
        using var model = Model(layer, config);
        var criteria = new V1Criteria();
        var fit = Fit(layer, model, config, task, progress, cancellation);
        var untrained = recording.Record(model.Normalization, $"{layer.Name}, untrained", progress, cancellation);
        long parameters = model.Normalization.parameters().Where(p => p.requires_grad).Sum(p => p.numel());
        var result = new ComparisonLayer(
            layer.Name, layer.Title, layer.Equation, layer.Citation, parameters, fit, untrained, criteria.Judge(untrained, encoder), null, null, null, null);
        try
        {
            var outcome = task.Train(layer.Name, model, output, progress, cancellation);
            // what no training can change need not be recorded twice: the filters are fixed too
            bool fixedLayer = model.Normalization.state_dict().Count == 0;
            var trained = fixedLayer ? untrained : recording.Record(model.Normalization, $"{layer.Name}, trained", progress, cancellation);
            if (!trained.IsFinite)
                throw new TrainingDivergedException($"Training diverged: after {outcome.Steps} steps the layer answers gratings with what is no number; try a smaller learningRate.");
            SavedModel.Save(output.Model(layer.Name), model, layer.Name, output.ConfigText);
            return result with { Training = ComparisonTraining.Of(outcome), Trained = trained, TrainedProperties = criteria.Judge(trained, encoder) };
        }
        catch (TrainingDivergedException diverged)
        {
            progress.Done("diverged");
            progress.Message($"{layer.Name}: {diverged.Message}");
            return result with { Diverged = diverged.Message };
        }
    }

    private static LabelFreeFitResult? Fit(
        NormalizationLayer layer, SuperResolutionNet model, ComparisonConfig config, SuperResolutionTask task, IRunProgress progress, CancellationToken cancellation)
    {
        if (model.Normalization is not ILabelFreeFit fitted)
            return null;
        progress.Stage($"Fitting {layer.Name} to responses", 0, "crops");
        var fit = fitted.Fit(Activations(), cancellation);
        progress.Done($"{fit.Iterations} iterations, loss {fit.IndependentLoss:f3} -> {fit.Loss:f3}");
        return fit;

        IEnumerable<Tensor> Activations()
        {
            foreach (var input in task.TrainingInputs(config.FitCrops))
            {
                using var activation = model.Encode(input);
                yield return activation;
            }
        }
    }

    private static ComparisonLayer Read(string file, string identity)
    {
        FinishedLayer finished;
        try
        {
            finished = JsonResults.Deserialize(File.ReadAllText(file), ExperimentJson.Default.FinishedLayer);
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new UserInputException($"{file}: not a layer of a comparison ({error.Message.Split('\n')[0]}); delete it, and the layer is run again.", error);
        }

        if (finished.Identity != identity || finished.Layer is null)
            throw new UserInputException($"{file}: this layer is of another run (other images or threads); resume as it was started, or choose another --out.");
        return finished.Layer;
    }
}

/// <summary>A layer that an interrupted comparison had finished.</summary>
/// <param name="Identity">What must be equal for it to be taken.</param>
/// <param name="Layer">Its results.</param>
internal sealed record FinishedLayer(string Identity, ComparisonLayer Layer);
