using DivNorm.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Layers;

/// <summary>
/// Eq. 2-6 as a function of autograd, by a <see cref="FusedPass"/>. Arguments: the pass, Y, w_div, sigma, w_exc, w_inh, b_exc or null,
/// b_inh or null, gamma, beta; contiguous, float32, on the CPU. Gradients that are to be differentiated once more (<c>create_graph</c>) are libtorch's.
/// </summary>
internal sealed class FusedFunction : autograd.SingleTensorFunction<FusedFunction>
{
    private const string PassKey = "pass";
    private const string KeptKey = "kept";
    private const string TensorsKey = "tensors";
    private const int Biases = 5;

    public override string Name => nameof(FusedFunction);

    /// <summary>Z of Eq. 6, joined to autograd.</summary>
    public static Tensor Apply(FusedPass pass, Tensor input, in FusedWeights weights)
    {
        var w = weights.Lateral;
        return apply(pass, input, w.Division, w.Sigma, w.Excitation, w.Inhibition, w.ExcitationBias!, w.InhibitionBias!, weights.Gamma, weights.Beta);
    }

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var pass = (FusedPass)vars[0];
        Tensor[] tensors = [.. vars.Skip(1).OfType<Tensor>()]; // without the biases that there are not
        var (input, weights) = Unpack(tensors);
        using var _ = no_grad();
        var spectra = TensorMemory.Transform(pass.Plan, weights.Lateral.Excitation, weights.Lateral.Inhibition);
        var output = pass.ForwardKeeping(input, weights, spectra, out var stages);
        ctx.save_for_backward([.. tensors]);
        ctx.save_data(PassKey, pass);
        ctx.save_data(KeptKey, new Kept(spectra, stages));
        ctx.save_data(TensorsKey, Array.ConvertAll(vars, argument => argument is Tensor));
        return output;
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) =>
        BackwardGuard.Run(nameof(DivNormEI), (bool[])ctx.get_data(TensorsKey), () => Gradients(ctx, grad_output));

    private static List<Tensor> Gradients(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        var pass = (FusedPass)ctx.get_data(PassKey);
        var kept = (Kept)ctx.get_data(KeptKey);
        var (input, weights) = Unpack([.. ctx.get_saved_variables()]);
        if (is_grad_enabled())
            return Differentiable(pass.Equations(input, weights, kept.Scaling), input, weights, grad_output);

        using var _ = no_grad();
        using var gradOutput = grad_output.contiguous();

        // a second backward pass through the same graph finds them used up, and makes them again
        var (spectra, stages) = kept.Take();
        spectra ??= TensorMemory.Transform(pass.Plan, weights.Lateral.Excitation, weights.Lateral.Inhibition);
        stages ??= pass.Repeat(input, weights, spectra, kept.Scaling);
        using (spectra)
        using (stages)
        {
            var g = pass.Backward(input, weights, spectra, stages, gradOutput);
            var bias = g.Lateral.ExcitationBias;
            Tensor?[] gradients = [null, g.Input, g.Lateral.Division, g.Lateral.Sigma, g.Lateral.Excitation, g.Lateral.Inhibition, bias, bias?.neg(), g.Gamma, g.Beta];
            foreach (var gradient in gradients)
                gradient?.MoveToOuterDisposeScope();
            return [.. gradients.Select(gradient => gradient!)]; // one an argument; the pass has none
        }
    }

    /// <summary>Gradients with a graph of their own, through an output that is made once more in libtorch's operations.</summary>
    private static List<Tensor> Differentiable(Tensor output, Tensor input, in FusedWeights weights, Tensor gradOutput)
    {
        var w = weights.Lateral;
        Tensor?[] arguments = [input, w.Division, w.Sigma, w.Excitation, w.Inhibition, w.ExcitationBias, w.InhibitionBias, weights.Gamma, weights.Beta];
        Tensor[] learned = [.. arguments.OfType<Tensor>().Where(argument => argument.requires_grad)];
        var found = new Queue<Tensor>(autograd.grad([output], learned, [gradOutput], retain_graph: true, create_graph: true, allow_unused: true));
        Tensor?[] gradients = [null, .. arguments.Select(argument => argument is { requires_grad: true } ? found.Dequeue() : null)];
        foreach (var gradient in gradients)
            gradient?.MoveToOuterDisposeScope();
        return [.. gradients.Select(gradient => gradient!)];
    }

    private static (Tensor Input, FusedWeights Weights) Unpack(Tensor[] tensors)
    {
        bool biased = tensors.Length > Biases + 2;
        var lateral = new LateralWeights(tensors[1], tensors[2], tensors[3], tensors[4], biased ? tensors[Biases] : null, biased ? tensors[Biases + 1] : null);
        return (tensors[0], new FusedWeights(lateral, tensors[^2], tensors[^1]));
    }

    /// <summary>What a forward pass leaves for one backward pass.</summary>
    private sealed class Kept(WeightSpectra spectra, KeptStages stages)
    {
        private WeightSpectra? spectra = spectra;
        private KeptStages? stages = stages;

        /// <summary>The batch norm's scaling, which a repeated pass takes from here: the running statistics have moved on.</summary>
        public ChannelScaling[] Scaling { get; } = stages.Scaling;

        public (WeightSpectra? Spectra, KeptStages? Stages) Take() => (Interlocked.Exchange(ref spectra, null), Interlocked.Exchange(ref stages, null));
    }
}
