using DivNorm.Interop;
using DivNorm.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Lab.Experiments;

/// <summary>
/// A file of reference tensors: an input, the weights, the configuration in the metadata, and the outputs and gradients
/// that some other implementation computed from them. Shapes are checked before any tensor is read.
/// </summary>
internal sealed class ReferenceFile : IDisposable
{
    private static readonly string[] Stages = ["normalized", "excitation", "inhibition", "integrated"];
    private static readonly string[] TrainingOutputs = ["output_train", "bn_running_mean_after", "bn_running_var_after"];

    private readonly SafetensorsFile file;
    private readonly Dictionary<string, long[]> weights;
    private readonly Dictionary<string, long[]> known;

    /// <summary>Opens a file and checks that it can be compared with the layer.</summary>
    /// <param name="path">The file's path.</param>
    /// <exception cref="UserInputException">The file is not valid, or lacks or contradicts what the check needs.</exception>
    internal ReferenceFile(string path)
    {
        file = SafetensorsFile.Open(path);
        try
        {
            InputShape = Shape("input", 4);
            Channels = InputShape[1];
            if (InputShape.Any(size => size == 0))
                throw Error($"input of shape {Text(InputShape)} has no elements");
            Options = ReadOptions();
            weights = WeightShapes();
            known = KnownShapes();
            CheckShapes();
            Wanted = [.. file.Tensors.Select(entry => entry.Name).Where(IsReference)];
            CheckWanted();
            Ignored = [.. file.Tensors.Select(entry => entry.Name).Where(name => !known.ContainsKey(name))];
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>[N, C, H, W].</summary>
    internal long[] InputShape { get; }

    internal long Channels { get; }

    /// <summary>The layer's options, from the metadata and the shapes of the weights.</summary>
    internal DivNormEIOptions Options { get; }

    /// <summary>The weights and statistics in the file; those of the batch norm may be missing and keep their usual start.</summary>
    internal IEnumerable<string> Weights => weights.Keys.Where(Has);

    /// <summary>Every weight that has a gradient in the file, by the weight's name.</summary>
    internal IEnumerable<string> Differentiated => weights.Keys.Where(name => Has(Gradient(name)));

    /// <summary>The references to compare with, in the order of the file.</summary>
    internal IReadOnlyList<string> Wanted { get; }

    /// <summary>The tensors that the check does not know.</summary>
    internal IReadOnlyList<string> Ignored { get; }

    /// <summary>Whether something in the file needs a pass in training mode.</summary>
    internal bool NeedsTraining => NeedsGradients || TrainingOutputs.Any(Has);

    /// <summary>Whether the file holds gradients.</summary>
    internal bool NeedsGradients => Wanted.Any(IsGradient);

    /// <summary>The name of a tensor's gradient.</summary>
    internal static string Gradient(string name) => $"grad_{name}";

    /// <summary>Reads a tensor in a floating-point type, owned by the caller's dispose scope.</summary>
    internal Tensor Read(string name, ScalarType type)
    {
        using var scope = NewDisposeScope();
        return file.Read(name).to(type).MoveToOuterDisposeScope();
    }

    /// <summary>Reads a weight; one that the layer would not take as it is makes the file bad.</summary>
    internal Tensor ReadWeight(string name, ScalarType type)
    {
        var weight = Read(name, type);
        if (name.StartsWith("w_", StringComparison.Ordinal) && weight.min().ToDouble() is var least and < 0)
            throw Error($"{name} holds {least:g4}; lateral weights are never negative");
        return weight;
    }

    public void Dispose() => file.Dispose();

    private DivNormEIOptions ReadOptions()
    {
        if (Has("b_exc") != Has("b_inh"))
            throw Error($"{(Has("b_exc") ? "b_inh" : "b_exc")} is missing; E and I have a bias each, or none");
        var metadata = new LayerMetadata(file);
        metadata.CheckLateralBias(Has("b_exc"), "b_exc and b_inh");
        // sigma^2 alone is what Eq. 2 says: a reference that adds something to it has to say so
        return metadata.Over(new DivNormEIOptions { Epsilon = 0 }) with
        {
            DivisionKernel = Kernel("w_div", "kernel_div"),
            ExcitationKernel = Kernel("w_exc", "kernel_exc"),
            InhibitionKernel = Kernel("w_inh", "kernel_inh"),
            LateralBias = Has("b_exc"),
        };

        int Kernel(string weight, string key)
        {
            Shape(weight, 4);
            return metadata.Kernel(file.Find(weight)!, key);
        }
    }

    private Dictionary<string, long[]> WeightShapes()
    {
        long[] each = [Channels];
        var shapes = new Dictionary<string, long[]>
        {
            ["w_div"] = [Channels, 1, Options.DivisionKernel, Options.DivisionKernel],
            ["w_exc"] = [Channels, Channels, Options.ExcitationKernel, Options.ExcitationKernel],
            ["w_inh"] = [Channels, Channels, Options.InhibitionKernel, Options.InhibitionKernel],
            ["sigma"] = each,
            ["bn_weight"] = each,
            ["bn_bias"] = each,
            ["bn_running_mean"] = each,
            ["bn_running_var"] = each,
        };
        if (Options.LateralBias)
            shapes["b_exc"] = shapes["b_inh"] = each;
        return shapes;
    }

    private Dictionary<string, long[]> KnownShapes()
    {
        var shapes = new Dictionary<string, long[]>(weights) { ["input"] = InputShape };
        foreach (var name in shapes.Keys.Where(name => !name.StartsWith("bn_running", StringComparison.Ordinal)).ToArray())
            shapes[Gradient(name)] = shapes[name];
        foreach (var name in Stages.Concat(["output_eval", "output_train", "grad_output"]))
            shapes[name] = InputShape;
        shapes["bn_running_mean_after"] = shapes["bn_running_var_after"] = [Channels];
        return shapes;
    }

    private void CheckShapes()
    {
        foreach (var name in weights.Keys.Where(name => !Has(name) && !name.StartsWith("bn_", StringComparison.Ordinal)))
            throw Error($"{name} is missing");
        foreach (var entry in file.Tensors)
        {
            if (!known.TryGetValue(entry.Name, out var expected))
                continue;
            if (!entry.Shape.SequenceEqual(expected))
                throw Error($"{entry.Name} has shape {Text(entry.Shape)}, expected {Text(expected)}");
            if (entry.ScalarType is not { } type || !is_floating_point(type))
                throw Error($"{entry.Name} is of dtype {entry.DType}; it must be F64, F32, F16 or BF16");
        }
    }

    private void CheckWanted()
    {
        if (Wanted.Count == 0)
            throw Error("there is no output or gradient to compare with");
        if (NeedsGradients && !Has("grad_output"))
            throw Error($"{Wanted.First(IsGradient)} needs grad_output, which is missing");
        if (NeedsTraining && InputShape[0] * InputShape[2] * InputShape[3] == 1)
            throw Error($"input of shape {Text(InputShape)} has one value a channel; batch statistics need two or more");
    }

    private bool IsReference(string name) =>
        known.ContainsKey(name) && (IsGradient(name) || Stages.Contains(name) || TrainingOutputs.Contains(name) || name == "output_eval");

    private static bool IsGradient(string name) => name.StartsWith("grad_", StringComparison.Ordinal) && name != "grad_output";

    private bool Has(string name) => file.Find(name) is not null;

    private IReadOnlyList<long> ShapeOf(string name) => file.Find(name)?.Shape ?? throw Error($"{name} is missing");

    private long[] Shape(string name, int dimensions)
    {
        var shape = ShapeOf(name);
        return shape.Count == dimensions ? [.. shape] : throw Error($"{name} has shape {Text(shape)}, expected {dimensions} dimensions");
    }

    private static string Text(IEnumerable<long> shape) => $"[{string.Join(", ", shape)}]";

    private UserInputException Error(string what) => new($"{file.Name}: {what}");
}
