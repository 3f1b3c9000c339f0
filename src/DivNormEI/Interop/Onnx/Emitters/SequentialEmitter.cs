using TorchSharp.Modules;

namespace DivNorm.Interop.Onnx.Emitters;

/// <summary>Modules in a row. A batch norm right behind a convolution becomes part of it.</summary>
internal static class SequentialEmitter
{
    public static string Emit(OnnxGraph graph, Sequential row, string input)
    {
        string value = input;
        var children = row.named_children().ToList();
        for (int i = 0; i < children.Count; i++)
        {
            var (name, module) = children[i];
            if (module is Convolution convolution)
            {
                var norm = i + 1 < children.Count ? children[i + 1].module as BatchNorm2d : null;
                value = graph.Convolution(name, value, convolution, norm);
                i += norm is null ? 0 : 1;
            }
            else
            {
                value = ModuleEmitter.Emit(graph.Part(name), module, value);
            }
        }

        return value;
    }
}
