using DivNorm.Layers;

namespace DivNorm.Interop.Onnx.Emitters;

/// <summary><see cref="Gdn"/> and its inverse: gamma as a 1x1 convolution with the bias beta.</summary>
internal static class GdnEmitter
{
    public static string Emit(OnnxGraph graph, Gdn layer, string input)
    {
        var energy = graph.PowerOfMagnitude("energy", input, layer.Options.Alpha);
        var pool = graph.Convolution("pool", energy, layer.Gamma().unsqueeze(-1).unsqueeze(-1), layer.Beta());
        return graph.Node(layer.Options.Inverse ? "Mul" : "Div", "output", [input, graph.Power("root", pool, layer.Options.Epsilon)]);
    }
}
