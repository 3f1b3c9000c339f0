using DivNorm.Layers;
using DivNorm.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DivNorm.Interop.Onnx.Emitters;

/// <summary>Layers [N, C, H, W] to the same or other maps, as nodes of a graph in eval mode: each type by its own emitter.</summary>
internal static class ModuleEmitter
{
    /// <summary>Adds a module's nodes.</summary>
    /// <param name="graph">The graph, at the module's part of it.</param>
    /// <param name="module">The module.</param>
    /// <param name="input">The value that it is called with.</param>
    /// <returns>The value that it answers.</returns>
    /// <exception cref="ArgumentException">Export does not know such a module, or one inside it.</exception>
    public static string Emit(OnnxGraph graph, nn.Module module, string input) => module switch
    {
        Layers.DivNormEI layer => DivNormEIEmitter.Emit(graph, layer, input),
        CanonicalNormalization layer => CanonicalNormalizationEmitter.Emit(graph, layer, input),
        SchwartzSimoncelli layer => SchwartzSimoncelliEmitter.Emit(graph, layer, input),
        Gdn layer => GdnEmitter.Emit(graph, layer, input),
        BurgNormalization layer => BurgNormalizationEmitter.Emit(graph, layer, input),
        LocalResponseNormalization layer => LocalResponseNormalizationEmitter.Emit(graph, layer, input),
        _ when ModelTree.PlainSequential(module) is { } row => SequentialEmitter.Emit(graph, row, input), // a class derived from it may have a forward of its own
        Convolution convolution => graph.Convolution("convolution", input, convolution),
        BatchNorm2d norm => graph.Affine("batch_norm", input, ChannelAffine.Of(norm)),
        ReLU => graph.Rectify("relu", input),
        Identity => input,
        _ => throw Unknown(module),
    };

    /// <summary>Refuses a model with a module inside that no emitter looks at: whatever it does would be missing from the graph.</summary>
    /// <exception cref="ArgumentException">There is one.</exception>
    public static void CheckParts(nn.Module model)
    {
        foreach (var (_, part) in model.named_modules())
        {
            if (ModelTree.PlainSequential(part) is null
                && part is not (Layers.DivNormEI or NormalizationModule or Convolution or BatchNorm2d or ReLU or Identity or Linear or GaborEncoder or SuperResolutionNet or Vgg9))
            {
                throw Unknown(part);
            }
        }
    }

    private static ArgumentException Unknown(nn.Module module) => new(
        $"ONNX export does not know the module {module.GetType().Name} here; inside a network it knows the layers of NormalizationLayers, Conv2d, ConvTranspose2d, BatchNorm2d, ReLU, Identity and Sequential.");
}
