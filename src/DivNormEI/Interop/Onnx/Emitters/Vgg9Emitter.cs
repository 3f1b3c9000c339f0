using DivNorm.Models;
using static DivNorm.Interop.Onnx.OnnxMessages;
using static TorchSharp.torch;

namespace DivNorm.Interop.Onnx.Emitters;

/// <summary><see cref="Vgg9"/> in Float32: batch norms behind convolutions are folded into them, dropout is gone.</summary>
internal static class Vgg9Emitter
{
    public static string Emit(OnnxGraph graph, Vgg9 model, string input)
    {
        string value = input;
        for (int place = 1; place <= Vgg9Options.Convolutions; place++)
        {
            value = Respond(graph, model, value, place);
            if (Vgg9.IsPooled(place))
                value = graph.Node("MaxPool", $"pool{place}", [value], Attribute("kernel_shape", [2, 2]), Attribute("strides", [2, 2]));
        }

        if (model.LastSide > model.HeadSide)
            value = Average(graph, value, model.LastSide, model.HeadSide);
        value = graph.Node("Flatten", "flatten", [value], Attribute("axis", 1));
        for (int i = 1; i <= model.Dense.Count; i++)
        {
            value = graph.Dense($"fc{i}", value, model.Dense[i - 1]);
            if (i < model.Dense.Count)
                value = graph.Rectify($"fc{i}.relu", value);
        }

        return value;
    }

    /// <summary>A convolution and what follows it up to its ReLU.</summary>
    private static string Respond(OnnxGraph graph, Vgg9 model, string input, int place)
    {
        var (convolution, norm) = (model.ConvolutionLayers[place - 1], model.BatchNorms.GetValueOrDefault(place));
        string drive = graph.Convolution($"conv{place}", input, convolution, norm);
        if (!model.Normalizations.TryGetValue(place, out var layer))
            return graph.Rectify($"conv{place}.relu", drive);
        string rate = model.Options.Rectify ? graph.Rectify($"conv{place}.relu", drive) : drive;
        string normalized = ModuleEmitter.Emit(graph.Part($"norm{place}"), layer, rate);
        return layer is Layers.DivNormEI ? normalized : graph.Rectify($"norm{place}.relu", normalized);
    }

    /// <summary>Adaptive averaging from one side to a smaller one: equal windows where they fit, else the weights of its windows, rows then columns.</summary>
    private static string Average(OnnxGraph graph, string input, int from, int to)
    {
        if (from % to == 0)
        {
            long window = from / to;
            return graph.Node("AveragePool", "average", [input], Attribute("kernel_shape", [window, window]), Attribute("strides", [window, window]));
        }

        var windows = zeros(to, from, ScalarType.Float64);
        for (int i = 0; i < to; i++)
        {
            int start = i * from / to, end = ((i + 1) * from + to - 1) / to;
            windows[i].slice(0, start, end, 1).fill_(1.0 / (end - start));
        }

        string rows = graph.Node("MatMul", "average.rows", [graph.Constant("average.windows", windows), input]);
        return graph.WithConstant("MatMul", "average", rows, windows.t().contiguous());
    }
}
