using DivNorm.Layers;
using static TorchSharp.torch;

namespace DivNorm.Interop.Onnx.Emitters;

/// <summary><see cref="SchwartzSimoncelli"/>: the neighbours' energy, sigma^2 + epsilon as the convolution's bias.</summary>
internal static class SchwartzSimoncelliEmitter
{
    public static string Emit(OnnxGraph graph, SchwartzSimoncelli layer, string input)
    {
        var energy = graph.Square("energy", input);
        var floor = layer.Sigma.to(ScalarType.Float64).square() + layer.Options.Epsilon;
        return graph.Node("Div", "output", [energy, graph.Convolution("variance", energy, layer.NeighborWeight, floor)]);
    }
}
