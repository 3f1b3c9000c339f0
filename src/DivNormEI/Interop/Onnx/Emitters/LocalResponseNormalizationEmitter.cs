using DivNorm.Layers;
using static DivNorm.Interop.Onnx.OnnxMessages;

namespace DivNorm.Interop.Onnx.Emitters;

/// <summary><see cref="LocalResponseNormalization"/>: ONNX has it as one operation, which divides alpha by the size as PyTorch does.</summary>
internal static class LocalResponseNormalizationEmitter
{
    public static string Emit(OnnxGraph graph, LocalResponseNormalization layer, string input)
    {
        var options = layer.Options;
        return graph.Node(
            "LRN",
            "output",
            [input],
            Attribute("alpha", (float)(options.Alpha * options.Size)),
            Attribute("beta", (float)options.Beta),
            Attribute("bias", (float)options.K),
            Attribute("size", options.Size));
    }
}
