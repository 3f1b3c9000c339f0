using DivNorm.Layers;
using static TorchSharp.torch;

namespace DivNorm.Interop.Onnx.Emitters;

/// <summary><see cref="CanonicalNormalization"/>: one pool of all channels, then sigma^n + epsilon of each.</summary>
internal static class CanonicalNormalizationEmitter
{
    public static string Emit(OnnxGraph graph, CanonicalNormalization layer, string input)
    {
        double exponent = layer.Options.Exponent;
        var energy = graph.PowerOfMagnitude("energy", input, exponent);
        var pool = graph.Convolution("pool", energy, layer.PoolWeight);
        var floor = layer.Sigma.to(ScalarType.Float64).abs().pow(exponent) + layer.Options.Epsilon;
        var denominator = graph.WithConstant("Add", "denominator", pool, floor.view(1, -1, 1, 1));
        return layer.Options.Form == NormalizationForm.Power
            ? graph.Node("Div", "output", [energy, denominator])
            : graph.Node("Div", "output", [input, graph.Power("root", denominator, 1 / exponent)]);
    }
}
