using DivNorm.Layers;
using static DivNorm.Interop.Onnx.OnnxMessages;
using static TorchSharp.torch;

namespace DivNorm.Interop.Onnx.Emitters;

/// <summary><see cref="BurgNormalization"/>: learned exponents, averages of 5x5 pixels, and pools over them with the floor as their bias.</summary>
internal static class BurgNormalizationEmitter
{
    public static string Emit(OnnxGraph graph, BurgNormalization layer, string input)
    {
        const long side = BurgNormalization.PoolSize, half = side / 2;
        var exponent = layer.Exponent().to(ScalarType.Float64);
        var shift = full_like(exponent, BurgNormalization.ShiftValue);
        var floor = (layer.SemiSaturation() + shift).pow(exponent) + BurgNormalization.LeastValue;

        var shifted = graph.WithConstant("Add", "shifted", graph.Rectify("rectified", input), tensor(BurgNormalization.ShiftValue));
        var power = graph.WithConstant("Pow", "power", shifted, exponent.view(1, -1, 1, 1));
        var excitation = graph.WithConstant("Sub", "excitation", power, shift.pow(exponent).view(1, -1, 1, 1));
        var average = graph.Node(
            "AveragePool",
            "average",
            [excitation],
            Attribute("count_include_pad", 0),
            Attribute("kernel_shape", [side, side]),
            Attribute("pads", [half, half, half, half]),
            Attribute("strides", [1, 1]));
        var pool = graph.Convolution("pool", average, layer.PoolWeight(), floor, dilation: BurgNormalization.Spacing);
        return graph.Node("Div", "output", [excitation, pool]);
    }
}
