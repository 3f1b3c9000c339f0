using DivNorm.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Layers;

/// <summary>
/// Eq. 3-5 as a function of autograd: Z~ = Yn + w_exc * source + b_exc - w_inh * Yn - b_inh, by a <see cref="LateralPlan"/>.
/// Arguments: plan, source, Yn, w_exc, w_inh, b_exc or null, b_inh or null; float32, on the CPU.
/// </summary>
internal sealed unsafe class LateralFunction : autograd.SingleTensorFunction<LateralFunction>
{
    private const string PlanKey = "plan";
    private const string SpectraKey = "spectra";
    private const string BiasKey = "bias";

    public override string Name => nameof(LateralFunction);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var plan = (LateralPlan)vars[0];
        var (source, normalized, excitation, inhibition) = ((Tensor)vars[1], (Tensor)vars[2], (Tensor)vars[3], (Tensor)vars[4]);
        var (excitationBias, inhibitionBias) = (vars[5] as Tensor, vars[6] as Tensor);
        var spectra = LateralStage.Transform(plan, excitation, inhibition);
        var output = LateralStage.Forward(plan, spectra, source, normalized, excitationBias, inhibitionBias, keep: true, out var saved);
        ctx.save_for_backward([source, normalized, excitation, inhibition]);
        ctx.save_data(PlanKey, plan);
        ctx.save_data(SpectraKey, new Kept(spectra, saved));
        ctx.save_data(BiasKey, excitationBias is not null);
        return output;
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        var plan = (LateralPlan)ctx.get_data(PlanKey);
        var variables = ctx.get_saved_variables();
        var (source, normalized, excitation, inhibition) = (variables[0].contiguous(), variables[1].contiguous(), variables[2], variables[3]);
        bool shared = plan.Shape.SharedSource;
        bool biased = (bool)ctx.get_data(BiasKey);

        // a second backward pass through the same graph finds them used up, and makes them again
        var (spectra, saved) = ((Kept)ctx.get_data(SpectraKey)).Take();
        spectra ??= LateralStage.Transform(plan, excitation, inhibition);

        var gradient = grad_output.contiguous();
        var gradSource = shared ? null : empty_like(source);
        var gradNormalized = empty_like(normalized);
        var gradExcitation = empty_like(excitation);
        var gradInhibition = empty_like(inhibition);
        var gradBias = biased ? empty(excitation.shape[0]) : null;
        using (spectra)
        using (saved)
        {
            plan.Backward(
                new BackwardArguments
                {
                    GradOutput = LateralStage.Pointer(gradient),
                    Y = LateralStage.Pointer(source),
                    Yn = LateralStage.Pointer(normalized),
                    ResidualIsYn = true,
                    GradY = gradSource is null ? null : LateralStage.Pointer(gradSource),
                    GradYn = LateralStage.Pointer(gradNormalized),
                    GradExcitation = LateralStage.Pointer(gradExcitation),
                    GradInhibition = LateralStage.Pointer(gradInhibition),
                    GradShift = gradBias is null ? null : LateralStage.Pointer(gradBias),
                },
                spectra,
                saved,
                get_num_threads());
        }

        var minus = gradBias?.neg();
        foreach (var tensor in (Tensor?[])[gradSource, gradNormalized, gradExcitation, gradInhibition, gradBias, minus])
            tensor?.MoveToOuterDisposeScope();

        // one entry an argument; the plan has none, and with a shared source all of Yn's gradient is in its own place
        return [null!, gradSource!, gradNormalized, gradExcitation, gradInhibition, gradBias!, minus!];
    }

    /// <summary>What a forward pass leaves for one backward pass. Its memory is freed by finalizers where that never comes.</summary>
    private sealed class Kept(WeightSpectra spectra, SavedSpectra? saved)
    {
        private WeightSpectra? spectra = spectra;
        private SavedSpectra? saved = saved;

        public (WeightSpectra? Spectra, SavedSpectra? Saved) Take() => (Interlocked.Exchange(ref spectra, null), Interlocked.Exchange(ref saved, null));
    }
}
