using DivNorm.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Layers;

/// <summary>
/// Eq. 2 as a function of autograd, by a <see cref="DivisionKernel"/>: square, pool and division in one pass, and their
/// gradients in another. Arguments: kernel, epsilon, Y, w_div, sigma; float32, on the CPU.
/// </summary>
internal sealed unsafe class DivisionFunction : autograd.SingleTensorFunction<DivisionFunction>
{
    private const string KernelKey = "kernel";
    private const string EpsilonKey = "epsilon";

    public override string Name => nameof(DivisionFunction);

    /// <summary>Yn of contiguous float32 tensors on the CPU; joined to autograd where a gradient is asked for.</summary>
    public static Tensor Normalized(DivisionKernel kernel, Tensor input, in LateralWeights weights, double epsilon)
    {
        var (y, division, sigma) = (input.contiguous(), weights.Division.contiguous(), weights.Sigma.contiguous());
        return is_grad_enabled() && (y.requires_grad || division.requires_grad || sigma.requires_grad)
            ? apply(kernel, epsilon, y, division, sigma)
            : Forward(kernel, y, division, sigma, (float)epsilon);
    }

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var kernel = (DivisionKernel)vars[0];
        double epsilon = (double)vars[1];
        var (y, division, sigma) = ((Tensor)vars[2], (Tensor)vars[3], (Tensor)vars[4]);
        ctx.save_for_backward([y, division, sigma]);
        ctx.save_data(KernelKey, kernel);
        ctx.save_data(EpsilonKey, epsilon);
        return Forward(kernel, y, division, sigma, (float)epsilon);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        var kernel = (DivisionKernel)ctx.get_data(KernelKey);
        double epsilon = (double)ctx.get_data(EpsilonKey);
        var variables = ctx.get_saved_variables();
        var (y, division, sigma) = (variables[0], variables[1], variables[2]);
        var gradient = grad_output.contiguous();
        var (gradY, gradDivision, gradSigma) = (empty_like(y), empty_like(division), empty_like(sigma));
        kernel.Backward(
            Shape(y, division),
            new DivisionGradients
            {
                Y = LateralStage.Pointer(y),
                Weights = LateralStage.Pointer(division),
                Sigma = LateralStage.Pointer(sigma),
                GradYn = LateralStage.Pointer(gradient),
                GradY = LateralStage.Pointer(gradY),
                GradWeights = LateralStage.Pointer(gradDivision),
                GradSigma = LateralStage.Pointer(gradSigma),
            },
            (float)epsilon,
            get_num_threads());
        scope.MoveToOuter(gradY, gradDivision, gradSigma);

        // one entry an argument: kernel and epsilon have none
        return [null!, null!, gradY, gradDivision, gradSigma];
    }

    private static Tensor Forward(DivisionKernel kernel, Tensor y, Tensor division, Tensor sigma, float epsilon)
    {
        var output = empty_like(y);
        kernel.Forward(
            Shape(y, division), LateralStage.Pointer(y), LateralStage.Pointer(division), LateralStage.Pointer(sigma), epsilon, LateralStage.Pointer(output), get_num_threads());
        return output;
    }

    private static DivisionShape Shape(Tensor y, Tensor division) =>
        new((int)y.shape[0], (int)y.shape[1], (int)y.shape[2], (int)y.shape[3], (int)division.shape[2], (int)division.shape[3]);
}
