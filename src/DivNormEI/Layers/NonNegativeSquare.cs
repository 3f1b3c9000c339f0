using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Layers;

/// <summary>
/// A weight p >= min made of a free number q: p = max(q, sqrt(min + 2^-36))^2 - 2^-36, the parametrisation of generalized divisive
/// normalisation in Balle, Laparra and Simoncelli, "End-to-end optimized image compression" (ICLR 2017). Whatever an optimiser
/// does to q, p keeps its bound; a q at or below the bound is still moved by a gradient that would raise it.
/// </summary>
internal sealed class NonNegativeSquare(double minimum) : IDisposable
{
    private const double PedestalValue = 1.0 / (1L << 36);
    private static readonly Scalar Pedestal = PedestalValue;
    private readonly Scalar bound = Math.Sqrt(minimum + PedestalValue);

    /// <summary>The free number of a weight.</summary>
    public static double Free(double weight) => Math.Sqrt(weight + PedestalValue);

    /// <summary>The weight of a free number.</summary>
    public Tensor Of(Tensor free)
    {
        var bounded = is_grad_enabled() && free.requires_grad ? LowerBound.apply(free, bound) : free.clamp(min: bound);
        return bounded.Squared().sub(Pedestal);
    }

    /// <inheritdoc/>
    public void Dispose() => bound.Dispose();

    /// <summary>max(q, bound) whose gradient passes where q is at or above the bound, or where a step against it raises q.</summary>
    private sealed class LowerBound : autograd.SingleTensorFunction<LowerBound>
    {
        private const string BoundKey = "bound";
        private static readonly Scalar Zero = 0;

        public override string Name => nameof(LowerBound);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (free, bound) = ((Tensor)vars[0], (Scalar)vars[1]);
            ctx.save_for_backward([free]);
            ctx.save_data(BoundKey, bound);
            return free.clamp(min: bound);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) =>
            BackwardGuard.Run("a lower bound", [true, false], () => Gradients(ctx, grad_output));

        private static List<Tensor> Gradients(autograd.AutogradContext ctx, Tensor grad_output)
        {
            using var scope = NewDisposeScope();
            var free = ctx.get_saved_variables()[0];
            var passes = free.ge((Scalar)ctx.get_data(BoundKey)).logical_or(grad_output.lt(Zero));
            return [(grad_output * passes).MoveToOuterDisposeScope(), null!];
        }
    }
}
