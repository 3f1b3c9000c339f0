using System.Diagnostics;
using System.Runtime.InteropServices;
using DivNorm.Lab.Reporting;
using DivNorm.Layers;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace DivNorm.Lab.Experiments;

/// <summary>A shape that the layer is timed on.</summary>
/// <param name="Channels">C.</param>
/// <param name="Batch">N.</param>
/// <param name="Height">H in pixels.</param>
/// <param name="Width">W in pixels.</param>
public sealed record LayerShape(int Channels, int Batch, int Height, int Width)
{
    /// <summary>The shapes of the project's tables.</summary>
    public static IReadOnlyList<LayerShape> Default { get; } =
    [
        new(64, 16, 48, 48), new(64, 8, 56, 56), new(64, 2, 112, 112), new(64, 1, 224, 224), new(64, 32, 12, 12), new(64, 16, 64, 64),
        new(128, 4, 28, 28), new(24, 4, 61, 47),
    ];

    /// <summary>A shape from its four numbers.</summary>
    /// <param name="text">C,N,H,W.</param>
    /// <exception cref="UserInputException">Not four whole numbers of 1 or more, or a single value a channel.</exception>
    public static LayerShape Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var numbers = text.Split(',').Select(part => int.TryParse(part, out int number) ? number : 0).ToList();
        if (numbers.Count != 4 || numbers.Any(n => n < 1))
            throw new UserInputException($"shape '{text}' is not C,N,H,W: four whole numbers of 1 or more, such as 64,16,48,48.");
        if (numbers.Skip(1).All(n => n == 1))
            throw new UserInputException($"shape '{text}' has one value a channel, and the batch norm needs two or more; give a larger batch or map.");
        return new LayerShape(numbers[0], numbers[1], numbers[2], numbers[3]);
    }
}

/// <summary>One shape and pass: the layer in libtorch's operations against this project's, medians side by side in one process.</summary>
/// <param name="Channels">C.</param>
/// <param name="Batch">N.</param>
/// <param name="Height">H in pixels.</param>
/// <param name="Width">W in pixels.</param>
/// <param name="Pass">forward (eval mode, no gradients) or step (forward and backward in training mode, to input and all weights).</param>
/// <param name="ReferenceMs">Milliseconds of libtorch's operations in float32.</param>
/// <param name="Bf16ReferenceMs">Milliseconds of libtorch's operations in bfloat16.</param>
/// <param name="Ms">Milliseconds of this project's layer in float32.</param>
/// <param name="Ratio"><see cref="ReferenceMs"/> / <see cref="Ms"/>.</param>
/// <param name="MaxRelativeError">Largest max|a-b| / max|b| of the output and, in a step, all gradients, against libtorch's float32.</param>
/// <param name="Path">The kernel path that ran.</param>
public sealed record LayerTiming(
    int Channels, int Batch, int Height, int Width, string Pass, double ReferenceMs, double Bf16ReferenceMs, double Ms, double Ratio, double MaxRelativeError, string Path)
{
    /// <summary>The heads of the columns of <see cref="ToLine"/>.</summary>
    public static string Header { get; } =
        $"{"C",4} {"N",4} {"H",5} {"W",5} {"pass",-8} {"libtorch ms",12} {"bf16 ms",9} {"ours ms",9} {"ratio",7} {"error",9}  path";

    /// <summary>The row as a line of text.</summary>
    public string ToLine() =>
        $"{Channels,4} {Batch,4} {Height,5} {Width,5} {Pass,-8} {ReferenceMs,12:f2} {Bf16ReferenceMs,9:f2} {Ms,9:f2} {Ratio,6:f2}x {MaxRelativeError,9:e1}  {Path}";

    /// <summary>Rows as a JSON array.</summary>
    /// <param name="rows">The rows.</param>
    public static string ToJson(IReadOnlyList<LayerTiming> rows) => JsonResults.Serialize(rows, ExperimentJson.Default.IReadOnlyListLayerTiming);
}

/// <summary>
/// Times <see cref="DivNormEI"/> against the same equations in libtorch's operations. The contenders take turns, so that a
/// noisy machine is noisy for all; the ratio of medians is the figure to trust.
/// </summary>
public static class LayerBenchmark
{
    /// <summary>Turns before the first that counts.</summary>
    private const int Warmup = 2;

    // kept: a scalar made on the fly can be finalised while libtorch still reads it
    private static readonly Scalar Zero = 0;

    /// <summary>Times every shape and pass.</summary>
    /// <param name="shapes">The shapes.</param>
    /// <param name="options">The layer's options.</param>
    /// <param name="rounds">Turns a contender takes, 1 or more; the median is reported.</param>
    /// <param name="report">Is given each row as it is done.</param>
    /// <exception cref="UserInputException">There is no memory for a shape.</exception>
    public static IReadOnlyList<LayerTiming> Run(IReadOnlyList<LayerShape> shapes, DivNormEIOptions options, int rounds, Action<LayerTiming>? report = null)
    {
        ArgumentNullException.ThrowIfNull(shapes);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 1);
        var rows = new List<LayerTiming>();
        foreach (var shape in shapes)
        {
            foreach (string pass in (string[])["forward", "step"])
            {
                var row = TimeWithinMemory(shape, pass, options, rounds);
                rows.Add(row);
                report?.Invoke(row);
            }
        }

        return rows;
    }

    private static LayerTiming TimeWithinMemory(LayerShape shape, string pass, DivNormEIOptions options, int rounds)
    {
        try
        {
            return Time(shape, pass, options, rounds);
        }
        catch (ExternalException error)
        {
            throw new UserInputException($"shape {shape.Channels},{shape.Batch},{shape.Height},{shape.Width} takes more than the memory at hand.", error);
        }
    }

    private static LayerTiming Time(LayerShape shape, string pass, DivNormEIOptions options, int rounds)
    {
        bool step = pass == "step";
        using var layer = new DivNorm.Layers.DivNormEI(shape.Channels, options with { Seed = 1 });
        layer.train(step);
        using var generator = new Generator(2);
        long[] size = [shape.Batch, shape.Channels, shape.Height, shape.Width];
        using var input = randn(size, generator: generator);
        using var gradient = randn(size, generator: generator);
        using var reference = new PlainLayer(layer, ScalarType.Float32);
        using var bf16 = new PlainLayer(layer, ScalarType.BFloat16);
        using var bf16Input = input.to(ScalarType.BFloat16);
        using var bf16Gradient = gradient.to(ScalarType.BFloat16);

        double Ours() => Once(x => layer.call(x), input, gradient, step, () => layer.zero_grad());
        double Plain() => Once(x => reference.Call(x, step), input, gradient, step, reference.ZeroGrad);
        double Half() => Once(x => bf16.Call(x, step), bf16Input, bf16Gradient, step, bf16.ZeroGrad);

        var (a, b, c) = (new List<double>(), new List<double>(), new List<double>());
        for (int round = -Warmup; round < rounds; round++)
        {
            double plain = Plain(), ours = Ours(), half = Half();
            if (round < 0)
                continue; // the first turns pay for compilation and fresh memory
            a.Add(plain);
            b.Add(ours);
            c.Add(half);
        }

        double error = Compare(layer, reference, input, gradient, step);
        return new LayerTiming(
            shape.Channels, shape.Batch, shape.Height, shape.Width, pass, Median(a), Median(c), Median(b), Median(a) / Median(b), error, layer.KernelPath(size));
    }

    private static double Once(Func<Tensor, Tensor> layer, Tensor input, Tensor gradient, bool step, Action zeroGrad)
    {
        using var scope = NewDisposeScope();
        using var mode = step ? null : no_grad();
        var leaf = step ? input.detach().requires_grad_() : input;
        long start = Stopwatch.GetTimestamp();
        var output = layer(leaf);
        if (step)
            output.backward([gradient]);
        double milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        zeroGrad();
        return milliseconds;
    }

    private static double Compare(DivNorm.Layers.DivNormEI layer, PlainLayer reference, Tensor input, Tensor gradient, bool step)
    {
        using var scope = NewDisposeScope();
        using var mode = step ? null : no_grad();
        var (x, y) = (input.detach().requires_grad_(step), input.detach().requires_grad_(step));
        var (ours, theirs) = (layer.call(x), reference.Call(y, step));
        double worst = RelativeError(ours, theirs);
        if (step)
        {
            // where a value lies within rounding of the rectifier's kink, its gradient is a matter of luck: there it is not asked for
            var decided = gradient * ours.gt(Zero).eq(theirs.gt(Zero));
            ours.backward([decided]);
            theirs.backward([decided]);
            worst = Math.Max(worst, RelativeError(x.grad!, y.grad!));
            foreach (var (name, parameter) in layer.named_parameters())
                worst = Math.Max(worst, RelativeError(parameter.grad!, reference.Gradient(name)));
        }

        return worst;
    }

    private static double RelativeError(Tensor a, Tensor b) => ((a - b).abs().max() / b.abs().max()).ToDouble();

    private static double Median(List<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }

    /// <summary>The layer in libtorch's operations, with copies of a layer's weights.</summary>
    private sealed class PlainLayer : IDisposable
    {
        private readonly DivNormEIOptions options;
        private readonly Dictionary<string, Tensor> state;
        private readonly Scalar epsilon;

        public PlainLayer(DivNorm.Layers.DivNormEI layer, ScalarType type)
        {
            options = layer.Options;
            epsilon = options.Epsilon;
            state = layer.state_dict().ToDictionary(
                p => p.Key, p => p.Value.is_floating_point() ? p.Value.detach().to(type, copy: true).requires_grad_(!p.Key.Contains("running", StringComparison.Ordinal)) : p.Value.clone());
        }

        public Tensor Call(Tensor input, bool training)
        {
            var weights = new LateralWeights(state["w_div"], state["sigma"], state["w_exc"], state["w_inh"], state.GetValueOrDefault("b_exc"), state.GetValueOrDefault("b_inh"));
            var integrated = LateralEquations.Integrated(input, weights, options.ExcitationSource, epsilon);
            return F.relu(F.batch_norm(
                integrated, state["bn.running_mean"], state["bn.running_var"], state["bn.weight"], state["bn.bias"], training, options.BatchNormMomentum, options.BatchNormEpsilon));
        }

        public Tensor Gradient(string name) => state[name].grad!;

        public void ZeroGrad()
        {
            foreach (var tensor in state.Values)
            {
                if (tensor.grad is { } gradient)
                    gradient.zero_();
            }
        }

        public void Dispose()
        {
            foreach (var tensor in state.Values)
                tensor.Dispose();
            epsilon.Dispose();
        }
    }
}
