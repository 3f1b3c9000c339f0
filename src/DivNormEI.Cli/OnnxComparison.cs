using Microsoft.ML.OnnxRuntime;
using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Cli;

/// <summary>An ONNX file, run by ONNX Runtime on the CPU and compared with the model that it was written from.</summary>
internal sealed class OnnxComparison : IDisposable
{
    private readonly InferenceSession session;

    /// <summary>Loads a file.</summary>
    /// <exception cref="UserInputException">ONNX Runtime has no library for this machine.</exception>
    public OnnxComparison(string path)
    {
        try
        {
            session = new InferenceSession(path);
        }
        catch (Exception error) when (error is TypeInitializationException or DllNotFoundException)
        {
            throw new UserInputException($"ONNX Runtime cannot be loaded: {error.GetBaseException().Message.Split('\n')[0]}", error);
        }
    }

    /// <summary>The version of ONNX Runtime.</summary>
    public static string RuntimeVersion => OrtEnv.Instance().GetVersionString();

    /// <summary>Names and shapes of the inputs and outputs, free sizes by their names: what a program that loads the file sees.</summary>
    public IEnumerable<string> Ports => session.InputMetadata.Concat(session.OutputMetadata).Select(port =>
        $"{port.Key} [{string.Join(", ", port.Value.Dimensions.Zip(port.Value.SymbolicDimensions, (size, name) => size < 0 ? name : $"{size}"))}]");

    /// <summary>The file's description of itself.</summary>
    public ModelMetadata Metadata => session.ModelMetadata;

    /// <summary>What ONNX Runtime answers.</summary>
    /// <param name="input">Float32.</param>
    /// <returns>Float32; the caller disposes it.</returns>
    public Tensor Run(Tensor input)
    {
        using var contiguous = input.contiguous();
        using var value = OrtValue.CreateTensorValueFromMemory(contiguous.data<float>().ToArray(), contiguous.shape);
        using var options = new RunOptions();
        using var outputs = session.Run(options, [session.InputNames[0]], [value], [session.OutputNames[0]]);
        return tensor(outputs[0].GetTensorDataAsSpan<float>().ToArray(), outputs[0].GetTensorTypeAndShape().Shape);
    }

    /// <summary>max|a-b| / max|b| over an output, a ONNX Runtime's and b the model's in eval mode.</summary>
    /// <param name="model">The model; it is left in eval mode.</param>
    /// <param name="input">Float32.</param>
    /// <returns>Not a number where one answer is not; infinite where shapes differ.</returns>
    public double Error(nn.Module<Tensor, Tensor> model, Tensor input)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        model.eval();
        var (expected, actual) = (model.call(input), Run(input));
        if (!expected.shape.SequenceEqual(actual.shape))
            return double.PositiveInfinity;
        double difference = (actual - expected).abs().max().ToDouble(), scale = expected.abs().max().ToDouble();
        return scale == 0 ? difference : difference / scale;
    }

    /// <inheritdoc/>
    public void Dispose() => session.Dispose();
}
