using DivNorm.Interop.Onnx.Emitters;
using static TorchSharp.torch;

namespace DivNorm.Interop.Onnx;

/// <summary>
/// Writes the project's models as ONNX files (https://onnx.ai), for ONNX Runtime and whatever else reads them: operator set 17, IR version 8, Float32, what the
/// model computes in eval mode. docs/onnx.md has the inputs and outputs and how to run them.
/// </summary>
/// <example><code>
/// using var layer = new DivNormEI(64);
/// OnnxExport.Write("layer.onnx", layer);
/// </code></example>
public static class OnnxExport
{
    /// <summary>The version of ONNX's operator set that the files use.</summary>
    public const int Opset = 17;

    /// <summary>What the files name as their producer.</summary>
    public const string Producer = "DivNormEI";

    /// <summary>Writes a model, whole or not at all. The same model and options give the same bytes.</summary>
    /// <param name="path">The file to create or replace; its folder must exist.</param>
    /// <param name="model">
    /// A <see cref="Layers.DivNormEI"/> or another <see cref="Layers.NormalizationModule"/>, a <see cref="Models.SuperResolutionNet"/> with any layer of
    /// <see cref="Layers.NormalizationLayers"/>, or a <see cref="Models.Vgg9"/>; on any device, in either mode. Hooks and modules inserted into it are not exported: the
    /// latter are refused.
    /// </param>
    /// <param name="options">What can be chosen; null takes the defaults.</param>
    /// <returns>The names and shapes of input and output, and the file's length.</returns>
    /// <exception cref="ArgumentException">Export does not know the model or a module inside it, or an option is outside its range.</exception>
    /// <exception cref="UserInputException">The file cannot be written, or would be longer than the 2 GiB - 1 that the format allows.</exception>
    public static OnnxModelInfo Write(string path, nn.Module<Tensor, Tensor> model, OnnxExportOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(model);
        options ??= new OnnxExportOptions();
        options.Validate();
        var exported = ExportedModel.Of(model, options);
        ModuleEmitter.CheckParts(model);

        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var graph = new OnnxGraph();
        var last = exported.Emit(graph);
        var message = OnnxMessages.Model(
            typeof(OnnxExport).Assembly.GetName().Version!.ToString(3),
            exported.Description,
            graph.ToMessage(exported.Kind, exported.Input, exported.Output, last),
            Metadata(exported, options));
        Write(path, message);
        return new OnnxModelInfo(exported.Input, exported.Output, message.Length);
    }

    /// <summary>Writes a model's message, unless it is longer than protocol buffers can be.</summary>
    internal static void Write(string path, ProtoMessage message)
    {
        if (message.Length > int.MaxValue)
            throw new UserInputException($"cannot write '{path}': the model would take {message.Length} bytes, and an ONNX file has at most {int.MaxValue}");
        AtomicFile.Write(path, message.WriteTo);
    }

    private static Dictionary<string, string> Metadata(ExportedModel exported, OnnxExportOptions options)
    {
        var metadata = new Dictionary<string, string> { ["producer"] = Producer, ["model"] = exported.Kind };
        if (exported.Layer is { } layer)
            metadata["layer"] = layer;
        foreach (var (key, value) in options.Metadata)
            metadata[key] = value;
        return metadata;
    }
}
