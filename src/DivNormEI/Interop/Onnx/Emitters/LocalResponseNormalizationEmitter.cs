using DivNorm.Layers;
using static TorchSharp.torch;

namespace DivNorm.Interop.Onnx.Emitters;

/// <summary>
/// <see cref="LocalResponseNormalization"/>: the sum over neighbouring channels as a 1x1 convolution with a band of alphas and the bias k. ONNX has an operation for
/// the whole, LRN; ONNX Runtime's keeps a running sum, adding a channel and taking another off, in which a strong channel leaves nothing of a small k.
/// </summary>
internal static class LocalResponseNormalizationEmitter
{
    public static string Emit(OnnxGraph graph, LocalResponseNormalization layer, string input)
    {
        var options = layer.Options;
        long half = options.Size / 2;
        var band = full([layer.Channels, layer.Channels], options.Alpha, ScalarType.Float64).triu(-half).tril(half);
        var constant = full(layer.Channels, options.K, ScalarType.Float64);
        var pool = graph.Convolution("pool", graph.Square("energy", input), band.unsqueeze(-1).unsqueeze(-1), constant);
        return graph.Node("Div", "output", [input, graph.Power("root", pool, options.Beta)]);
    }
}
