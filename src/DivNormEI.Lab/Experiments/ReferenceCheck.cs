using TorchSharp;
using static TorchSharp.torch;
using Layer = DivNorm.Layers.DivNormEI;

namespace DivNorm.Lab.Experiments;

/// <summary>
/// Compares the DivNormEI layer with what another implementation computed: safetensors files that hold an input, weights,
/// every stage of Eq. 2-6, the outputs in both modes, the running statistics after a training step, and gradients.
/// </summary>
public static class ReferenceCheck
{
    /// <summary>Compares the layer with each file.</summary>
    /// <param name="files">Paths of safetensors files of reference tensors.</param>
    /// <param name="options">Tolerance and type; null takes the defaults.</param>
    /// <returns>Every comparison; a bad file is reported there and does not keep the others from being checked.</returns>
    /// <exception cref="ArgumentException">There is no file, or an option is outside its range.</exception>
    public static CheckReport Run(IReadOnlyList<string> files, CheckOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(files);
        if (files.Count == 0)
            throw new ArgumentException("There is no file to check.", nameof(files));
        options ??= new CheckOptions();
        options.Validate();
        return new CheckReport([.. files.Select(file => CheckFile(file, options))], options);
    }

    /// <summary>Prints every error, tensor by tensor, and what became of each file.</summary>
    /// <param name="report">The outcome of a check.</param>
    /// <param name="output">Where to print.</param>
    public static void Print(CheckReport report, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(output);
        foreach (var file in report.Files)
            Print(file, report.Options, output);
        var bad = report.Files.Count(file => file.Problem is not null);
        var passed = report.Files.Count(file => file.Passed);
        output.WriteLine($"{passed} passed, {report.Files.Count - passed - bad} failed, {bad} bad");
    }

    private static void Print(FileCheck file, CheckOptions options, TextWriter output)
    {
        output.WriteLine(file.File);
        if (file.Problem is { } problem)
        {
            output.WriteLine($"  bad file: {problem}");
            return;
        }

        foreach (var tensor in file.Tensors)
        {
            var note = tensor.Cancels ? "  (zero in theory: relative to the terms that cancel)" : "";
            output.WriteLine($"  {tensor.Name,-22} {tensor.Error,9:0.00e+00}  {(tensor.Passed ? "ok" : "FAIL")}{note}");
        }

        if (file.Ignored.Count > 0)
            output.WriteLine($"  ignored: {string.Join(", ", file.Ignored.Select(MessageText.Quote))}");
        var failed = file.Tensors.Count(tensor => !tensor.Passed);
        output.WriteLine(failed == 0
            ? $"  all {file.Tensors.Count} within {options.Tolerance:g} in {options.DType}"
            : $"  {failed} of {file.Tensors.Count} not within {options.Tolerance:g} in {options.DType}");
    }

    private static FileCheck CheckFile(string path, CheckOptions options)
    {
        try
        {
            using var reference = new ReferenceFile(path);
            using var layer = new Layer(reference.Channels, reference.Options, dtype: options.DType);
            using var scope = NewDisposeScope();
            Load(layer, reference, options.DType);
            var computed = Compute(layer, reference, options.DType);
            return new FileCheck(path, [.. reference.Wanted.Select(name => Compare(name, computed, reference, options))], reference.Ignored);
        }
        catch (UserInputException error)
        {
            return new FileCheck(path, [], [], error.Message);
        }
    }

    private static void Load(Layer layer, ReferenceFile reference, ScalarType type)
    {
        using var noGradient = no_grad();
        var state = layer.state_dict();
        foreach (var name in reference.Weights)
            state[StateName(name)].copy_(reference.ReadWeight(name, type));
    }

    /// <summary>The layer's outputs and gradients under the names of the references.</summary>
    private static Dictionary<string, Result> Compute(Layer layer, ReferenceFile reference, ScalarType type)
    {
        var results = new Dictionary<string, Result>();
        var input = reference.Read("input", type);
        layer.eval();
        using (no_grad())
        {
            var stages = layer.Stages(input);
            results["normalized"] = new(layer.Normalize(input));
            results["excitation"] = new(stages.Excitation);
            results["inhibition"] = new(stages.Inhibition);
            results["integrated"] = new(stages.Integrated);
            results["output_eval"] = new(layer.call(input));
        }

        if (reference.NeedsTraining)
            Train(layer, reference, input, results);
        return results;
    }

    private static void Train(Layer layer, ReferenceFile reference, Tensor input, Dictionary<string, Result> results)
    {
        layer.train();
        input.requires_grad_();
        var output = layer.call(input);
        var state = layer.state_dict();
        results["output_train"] = new(output);
        results["bn_running_mean_after"] = new(state["bn.running_mean"]);
        results["bn_running_var_after"] = new(state["bn.running_var"]);
        if (!reference.NeedsGradients)
            return;

        var gradient = reference.Read("grad_output", input.dtype);
        output.backward([gradient]);

        // The batch norm takes out again what a lateral bias adds to a channel: the bias's gradient, the sum of dL/dZ~ over
        // the channel, is zero in theory and rounding in practice, in the reference as well. How well zero is met can be
        // judged only against the terms of that sum.
        var terms = IntegratedGradient(layer, input.detach(), gradient).abs().sum([0L, 2, 3]).max().ToDouble();
        results[ReferenceFile.Gradient("input")] = new(input.grad!);
        foreach (var name in reference.Differentiated)
        {
            var scale = name is "b_exc" or "b_inh" ? terms : (double?)null;
            results[ReferenceFile.Gradient(name)] = new(state[StateName(name)].grad!, scale);
        }
    }

    /// <summary>The gradient of Z~, through Eq. 6 in libtorch's operations.</summary>
    private static Tensor IntegratedGradient(Layer layer, Tensor input, Tensor gradient)
    {
        using var noGradient = no_grad();
        layer.BatchNorm.eval(); // the running statistics have had this batch
        var integrated = layer.Stages(input).Integrated.requires_grad_();
        layer.BatchNorm.train();
        using var again = enable_grad();
        var norm = layer.BatchNorm;
        nn.functional.relu(nn.functional.batch_norm(integrated, null, null, norm.weight!.detach(), norm.bias!.detach(), training: true, eps: norm.eps)).backward([gradient]);
        return integrated.grad!;
    }

    private static TensorCheck Compare(string name, Dictionary<string, Result> computed, ReferenceFile reference, CheckOptions options)
    {
        using var scope = NewDisposeScope();
        var (actual, terms) = computed[name];
        var expected = reference.Read(name, ScalarType.Float64);
        var difference = (actual.detach().to(ScalarType.Float64) - expected).abs().max().ToDouble();
        var scale = Math.Max(expected.abs().max().ToDouble(), terms ?? 0);
        var error = scale == 0 ? difference : difference / scale;
        return new TensorCheck(name, error, scale, terms is not null, error <= options.Tolerance);
    }

    /// <summary>A tensor's name in the layer's state dict.</summary>
    private static string StateName(string name) =>
        name.StartsWith("bn_", StringComparison.Ordinal) ? $"bn.{name["bn_".Length..]}" : name;

    /// <summary>A computed tensor, and the size of the terms that cancel in it where theory says that they do.</summary>
    private sealed record Result(Tensor Value, double? CancellingTerms = null);
}
