using TorchSharp.Modules;
using static DivNorm.Interop.Onnx.OnnxMessages;
using static TorchSharp.torch;

namespace DivNorm.Interop.Onnx;

/// <summary>
/// The operations that the models are made of, as nodes of a graph (https://onnx.ai/onnx/operators). Each adds its weights as constants and gives the name of
/// its output.
/// </summary>
internal static class OnnxOperators
{
    /// <summary>x * x.</summary>
    public static string Square(this OnnxGraph graph, string name, string x) => graph.Node("Mul", name, [x, x]);

    /// <summary>max(0, x).</summary>
    public static string Rectify(this OnnxGraph graph, string name, string x) => graph.Node("Relu", name, [x]);

    /// <summary>x + constant or x * constant ..., the constant spread over the dimensions that it lacks.</summary>
    public static string WithConstant(this OnnxGraph graph, string operation, string name, string x, Tensor constant) =>
        graph.Node(operation, name, [x, graph.Constant($"{name}.constant", constant)]);

    /// <summary>|x|^exponent, by the operation that the layers take for it.</summary>
    public static string PowerOfMagnitude(this OnnxGraph graph, string name, string x, double exponent) => exponent switch
    {
        1 => graph.Node("Abs", name, [x]),
        2 => graph.Square(name, x),
        _ => graph.Power(name, graph.Node("Abs", $"{name}.magnitude", [x]), exponent),
    };

    /// <summary>x^exponent of an x above 0.</summary>
    public static string Power(this OnnxGraph graph, string name, string x, double exponent) => exponent switch
    {
        0.5 => graph.Node("Sqrt", name, [x]),
        1 => x,
        2 => graph.Square(name, x),
        _ => graph.WithConstant("Pow", name, x, tensor(exponent)),
    };

    /// <summary>A zero-padded cross-correlation that keeps height and width.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="name">The name of the node.</param>
    /// <param name="x">[N, C in, H, W].</param>
    /// <param name="weight">[C out, C in / groups, k, k], k odd.</param>
    /// <param name="bias">[C out], or null.</param>
    /// <param name="groups">Groups of channels.</param>
    /// <param name="stride">Step in pixels; above 1, height and width become that many times smaller, rounded up.</param>
    /// <param name="dilation">Pixels between the places of the kernel.</param>
    public static string Convolution(
        this OnnxGraph graph, string name, string x, Tensor weight, Tensor? bias = null, long groups = 1, long stride = 1, long dilation = 1)
    {
        long half = weight.shape[2] / 2 * dilation;
        return graph.Convolution("Conv", name, x, weight, bias, groups, [stride, stride], [half, half], [dilation, dilation]);
    }

    /// <summary>A convolution or transposed convolution of a network, and the batch norm that follows it in eval mode, if one does.</summary>
    public static string Convolution(this OnnxGraph graph, string name, string x, Convolution module, BatchNorm2d? norm = null)
    {
        if (module.padding is not { } padding || module.padding_mode != TorchSharp.PaddingModes.Zeros || module.output_padding?.Any(size => size != 0) == true)
            throw new ArgumentException($"{name}: export writes convolutions with a number of zeros around the input, and this one is padded otherwise.", nameof(module));
        var (weight, bias) = (module.weight!.detach(), module.bias?.detach());
        if (norm is not null)
        {
            var affine = ChannelAffine.Of(norm);
            weight = module.transposed ? affine.OfTransposedWeight(weight, module.groups) : affine.OfWeight(weight);
            bias = affine.OfBias(bias);
        }

        return graph.Convolution(module.transposed ? "ConvTranspose" : "Conv", name, x, weight, bias, module.groups, module.stride, padding, module.dilation);
    }

    /// <summary>A batch norm in eval mode.</summary>
    public static string Affine(this OnnxGraph graph, string name, string x, ChannelAffine affine) => graph.WithConstant(
        "Add", name, graph.WithConstant("Mul", $"{name}.scaled", x, affine.Scale.view(1, -1, 1, 1)), affine.Shift.view(1, -1, 1, 1));

    /// <summary>A fully connected layer, [N, in] to [N, out].</summary>
    public static string Dense(this OnnxGraph graph, string name, string x, Linear module)
    {
        List<string> inputs = [x, graph.Constant($"{name}.weight", module.weight)];
        if (module.bias is { } bias)
            inputs.Add(graph.Constant($"{name}.bias", bias));
        return graph.Node("Gemm", name, [.. inputs], Attribute("transB", 1));
    }

    private static string Convolution(
        this OnnxGraph graph, string operation, string name, string x, Tensor weight, Tensor? bias, long groups, long[] stride, long[] padding, long[] dilation)
    {
        List<string> inputs = [x, graph.Constant($"{name}.weight", weight)];
        if (bias is not null)
            inputs.Add(graph.Constant($"{name}.bias", bias));
        return graph.Node(
            operation,
            name,
            [.. inputs],
            Attribute("dilations", dilation),
            Attribute("group", groups),
            Attribute("kernel_shape", weight.shape[2..]),
            Attribute("pads", [.. padding, .. padding]), // before, then after, dimension by dimension
            Attribute("strides", stride));
    }
}
