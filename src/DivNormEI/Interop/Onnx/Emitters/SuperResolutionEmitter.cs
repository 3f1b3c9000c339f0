using DivNorm.Models;
using static DivNorm.Interop.Onnx.OnnxMessages;
using static TorchSharp.torch;

namespace DivNorm.Interop.Onnx.Emitters;

/// <summary><see cref="SuperResolutionNet"/>. The decoded image always has 3 pixels more than the target a side: the centre crop leaves out 2 before and 1 after.</summary>
internal static class SuperResolutionEmitter
{
    public static string Emit(OnnxGraph graph, SuperResolutionNet model, string input)
    {
        var image = model.Reading == InputReading.Upscaled ? Upscale(graph, input) : input;
        var drive = graph.Convolution("encoder", image, model.Encoder.Filters, stride: model.Encoder.Stride);
        var maps = ModuleEmitter.Emit(graph.Part("normalization"), model.Normalization, graph.Rectify("encoder.relu", drive));
        var decoded = SequentialEmitter.Emit(graph.Part("decoder"), model.Decoder, maps);
        var cropped = graph.Node(
            "Slice", "cropped", [decoded, graph.Constant("cropped.starts", 2, 2), graph.Constant("cropped.ends", -1, -1), graph.Constant("cropped.axes", 2, 3)]);
        var raised = graph.WithConstant("Add", "raised", graph.Node("Tanh", "tanh", [cropped]), tensor(1f));
        return graph.WithConstant("Mul", "halved", raised, tensor(0.5f));
    }

    /// <summary>Bilinear, pixel centres at half pixels, the border repeated: libtorch's interpolation without aligned corners.</summary>
    private static string Upscale(OnnxGraph graph, string input)
    {
        const float scale = SuperResolutionNet.Scale;
        return graph.Node(
            "Resize",
            "upscaled",
            [input, "", graph.Constant("upscaled.scales", tensor([1f, 1f, scale, scale]))],
            Attribute("coordinate_transformation_mode", "half_pixel"),
            Attribute("mode", "linear"));
    }
}
