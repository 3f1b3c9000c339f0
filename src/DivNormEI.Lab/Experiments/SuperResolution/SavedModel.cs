using System.Text.Json;
using System.Text.Json.Nodes;
using DivNorm.Interop;
using DivNorm.Models;

namespace DivNorm.Lab.Experiments.SuperResolution;

/// <summary>
/// A trained super-resolution network as a file: its state dict, and in the metadata what it takes to build the network again.
/// <c>model</c> is <c>super-resolution</c>, <c>layer</c> a name of <see cref="Layers.NormalizationLayers"/>, <c>input</c> an <see cref="InputReading"/>,
/// <c>config</c> the run's configuration.
/// </summary>
internal static class SavedModel
{
    private const string ModelKey = "model";
    private const string SuperResolution = "super-resolution";
    private const string LayerKey = "layer";
    private const string InputKey = "input";
    private const string ConfigKey = "config";

    /// <summary>Writes a network.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">The network.</param>
    /// <param name="layer">The registry's name of its layer.</param>
    /// <param name="config">The run's configuration, as text.</param>
    public static void Save(string path, SuperResolutionNet model, string layer, string config) => ModuleState.SaveModule(
        model,
        path,
        new Dictionary<string, string>
        {
            [ModelKey] = SuperResolution,
            [LayerKey] = layer,
            [InputKey] = model.Reading.ToString(),
            [ConfigKey] = config,
        });

    /// <summary>Whether a file says that it is such a network.</summary>
    public static bool Is(TensorFile file) => file.Metadata.TryGetValue(ModelKey, out string? model) && model == SuperResolution;

    /// <summary>Builds the network of a file, in eval mode, and tells the name of its layer.</summary>
    /// <exception cref="UserInputException">The metadata do not say how to build it, or the tensors do not fit.</exception>
    public static (SuperResolutionNet Model, Layers.NormalizationLayer Layer) Load(TensorFile file)
    {
        var layer = Layers.NormalizationLayers.All.FirstOrDefault(known => known.Name == Metadata(file, LayerKey))
            ?? throw new UserInputException($"{file.Name}: its metadata name the layer '{Metadata(file, LayerKey)}'; the layers are {string.Join(", ", Layers.NormalizationLayers.Names)}.");
        if (!Enum.TryParse<InputReading>(Metadata(file, InputKey), out var reading) || !Enum.IsDefined(reading))
            throw new UserInputException($"{file.Name}: its metadata name the input '{Metadata(file, InputKey)}'; it is {string.Join(" or ", Enum.GetNames<InputReading>())}.");
        var model = new SuperResolutionNet(layer.Create(Filters.GaborBank.Paper.Filters.Count, seed: 0), reading);
        try
        {
            ModuleState.LoadModule(model, file);
        }
        catch (UserInputException)
        {
            model.Dispose();
            throw;
        }

        model.eval();
        return (model, layer);
    }

    /// <summary>Side of the crops that a network was trained on, pixels of the low-resolution image; null where its file does not say.</summary>
    public static int? TrainedCrop(TensorFile file)
    {
        try
        {
            return file.Metadata.TryGetValue(ConfigKey, out string? config) && JsonNode.Parse(config) is JsonObject run && run["cropSize"] is JsonValue value
                && value.TryGetValue(out int side) && side >= SuperResolutionNet.Scale
                ? side / SuperResolutionNet.Scale
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Metadata(TensorFile file, string key) => file.Metadata.TryGetValue(key, out string? value)
        ? value
        : throw new UserInputException($"{file.Name}: its metadata have no '{key}'; the network cannot be built again. Files of 'run contrast' and 'compare' have it.");
}
