namespace DivNorm.Interop.Onnx;

/// <summary>An input or output of an ONNX model, a Float32 tensor.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">Its sizes: a number, or a name (<c>batch</c>, <c>height</c>, <c>width</c>) where any is taken.</param>
public sealed record OnnxPort(string Name, IReadOnlyList<string> Shape)
{
    /// <summary>Name and shape as text: <c>input [batch, 64, height, width]</c>.</summary>
    public override string ToString() => $"{Name} [{string.Join(", ", Shape)}]";
}

/// <summary>What was written.</summary>
/// <param name="Input">The model's only input.</param>
/// <param name="Output">Its only output.</param>
/// <param name="Bytes">Length of the file.</param>
public sealed record OnnxModelInfo(OnnxPort Input, OnnxPort Output, long Bytes);
