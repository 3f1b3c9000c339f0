using System.Globalization;
using DivNorm.Interop.Onnx.Emitters;
using DivNorm.Layers;
using DivNorm.Models;
using static TorchSharp.torch;

namespace DivNorm.Interop.Onnx;

/// <summary>What export knows of a model as a whole.</summary>
/// <param name="Kind">The kind of model, in the metadata as <c>model</c> and the name of the graph.</param>
/// <param name="Layer">The type of its normalisation layer; null where there may be several or none.</param>
/// <param name="Description">What it is, in a sentence.</param>
/// <param name="Input">Its input.</param>
/// <param name="Output">Its output.</param>
/// <param name="Emit">Adds its nodes to a graph and gives the last value.</param>
internal sealed record ExportedModel(string Kind, string? Layer, string Description, OnnxPort Input, OnnxPort Output, Func<OnnxGraph, string> Emit)
{
    /// <summary>Finds out about a model.</summary>
    /// <exception cref="ArgumentException">Export does not know such a model, or its size is another than the options'.</exception>
    public static ExportedModel Of(nn.Module model, OnnxExportOptions options) => model switch
    {
        Layers.DivNormEI layer => OfLayer(layer, layer.Channels, options),
        NormalizationModule layer => OfLayer(layer, layer.Channels, options),
        SuperResolutionNet network => OfSuperResolution(network, options),
        Vgg9 network => OfVgg9(network, options),
        _ => throw new ArgumentException(
            $"ONNX export takes a DivNormEI or another normalisation layer, a SuperResolutionNet or a Vgg9; the model is a {model.GetType().Name}.", nameof(model)),
    };

    private static ExportedModel OfLayer(nn.Module layer, long channels, OnnxExportOptions options)
    {
        string[] shape = [Batch(options), Text(channels), Text(options.Height, "height"), Text(options.Width, "width")];
        const string input = "input";
        return new ExportedModel(
            "layer",
            layer.GetType().Name,
            $"{layer.GetType().Name} layer of {channels} channels, in eval mode.",
            new OnnxPort(input, shape),
            new OnnxPort("output", shape),
            graph => ModuleEmitter.Emit(graph.Part("layer"), layer, input));
    }

    private static ExportedModel OfSuperResolution(SuperResolutionNet network, OnnxExportOptions options)
    {
        const string input = "low_resolution";
        return new ExportedModel(
            "super-resolution",
            network.Normalization.GetType().Name,
            "Super-resolution network of Veerabadran, Raina and de Sa (2021), Experiment 1: a grey image in [0, 1] to four times its height and width.",
            new OnnxPort(input, [Batch(options), "1", Text(options.Height, "height"), Text(options.Width, "width")]),
            new OnnxPort("high_resolution", [Batch(options), "1", Scaled(options.Height, "height"), Scaled(options.Width, "width")]),
            graph => SuperResolutionEmitter.Emit(graph, network, input));

        static string Scaled(int? size, string name) => Text(size * SuperResolutionNet.Scale, $"{SuperResolutionNet.Scale}*{name}");
    }

    private static ExportedModel OfVgg9(Vgg9 network, OnnxExportOptions options)
    {
        const string input = "images";
        int side = network.Options.InputSize;
        if (options.Height is not null && (options.Height, options.Width) != (side, side))
            throw new ArgumentException($"This Vgg9 takes images of {side}x{side} pixels, and no others; the size asked for is {options.Height}x{options.Width}.", nameof(options));
        return new ExportedModel(
            "vgg9",
            null,
            "VGG-9 of Veerabadran, Raina and de Sa (2021), Experiment 2: normalised colour images to the scores (logits) of classes.",
            new OnnxPort(input, [Batch(options), "3", Text(side), Text(side)]),
            new OnnxPort("logits", [Batch(options), Text(network.Options.Classes)]),
            graph => Vgg9Emitter.Emit(graph, network, input));
    }

    private static string Batch(OnnxExportOptions options) => Text(options.Batch, "batch");

    private static string Text(int? size, string name) => size is { } number ? Text(number) : name;

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
