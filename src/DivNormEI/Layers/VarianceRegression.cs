using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Layers;

/// <summary>
/// Fits, for every channel i at once, the variance v = sum over k of w_ik x_k + s_i of a normal L_i of mean zero: makes
/// mean(log v + L_i^2 / v) / 2 + penalty / 2 * sum of w_ik^2 least over w, s >= 0. The mean is over the positions where L_i is
/// not 0: of a rectified response, 0 says that the response was not positive, which has probability 1/2 whatever v is.
/// <para>
/// A step majorises the loss as for non-negative factorisation with the Itakura-Saito divergence, which this is (Fevotte and
/// Idier, "Algorithms for nonnegative matrix factorization with the beta-divergence", Neural Computation 2011): it never raises the loss and
/// never leaves w >= 0. Two steps are extrapolated (SQUAREM: Varadhan and Roland, Scandinavian Journal of Statistics 2008), in
/// the logarithm and channel by channel, and the extrapolation is kept where it lowers the loss.
/// </para>
/// Inside, inputs and targets are divided by their means, so that the steps do not depend on units.
/// </summary>
internal sealed class VarianceRegression
{
    private const int NewtonSteps = 8;

    // kept: a scalar made on the fly can be finalised while libtorch still reads it
    private static readonly Scalar LeastVariance = 1e-4; // of a channel's mean square where it is not 0
    private static readonly Scalar LeastWeight = 1e-9;
    private static readonly Scalar Nothing = 1e-30;
    private static readonly Scalar Zero = 0;
    private static readonly Scalar Half = 0.5;
    private static readonly Scalar One = 1;
    private static readonly Scalar Two = 2;
    private static readonly Scalar Three = 3;
    private static readonly Scalar LeastLogarithm = Math.Log(1e-30);
    private static readonly Scalar MostLogarithm = 10;

    private readonly Tensor inputs;    // [positions, features + 1], means of 1, the last all 1
    private readonly Tensor targets;   // [positions, C], means of 1 where they are not 0
    private readonly Tensor active;    // [positions, C], 1 where the target is not 0
    private readonly Tensor share;     // [C], 1 / (2 positions where it is not 0)
    private readonly Tensor scales;    // [C], mean L^2 where it is not 0
    private readonly Tensor units;     // [C, features], what turns a scaled weight into w
    private readonly Tensor penalties; // [C, features + 1], of the squares of the scaled weights
    private readonly Tensor allowed;   // [C, features + 1], 0 where a unit would be its own neighbour
    private Tensor weights;            // [C, features + 1], scaled
    private Tensor losses;             // [C], of the weights, for scaled targets
    private Tensor stepped;            // [C, features + 1], a step on from the weights

    /// <summary>A fit of every channel's energy by the energies around it. It lives in the caller's dispose scope.</summary>
    /// <param name="energies">[positions, C * places], Float64, squares; the middle place of a channel is its own.</param>
    /// <param name="channels">C.</param>
    /// <param name="places">Places of a neighbourhood, odd.</param>
    /// <param name="penalty">Weight of the penalty.</param>
    public VarianceRegression(Tensor energies, long channels, long places, double penalty)
    {
        long features = channels * places;
        var own = arange(channels, device: energies.device) * places + places / 2;
        var means = OrOne(energies.mean([0L]));
        inputs = cat([energies / means, ones_like(energies.slice(1, 0, 1, 1))], 1);
        var owned = energies.index_select(1, own);
        active = owned.gt(Zero).to(ScalarType.Float64);
        var counts = active.sum([0L]).clamp(min: One);
        share = counts.reciprocal().mul(Half);
        scales = OrOne(owned.sum([0L]) / counts);
        targets = owned / scales;
        units = scales.unsqueeze(1) / means;
        penalties = cat([units.Squared() * penalty, zeros_like(scales).unsqueeze(1)], 1);
        allowed = ones_like(penalties).scatter(1, own.unsqueeze(1), zeros_like(scales).unsqueeze(1));
        var start = full_like(penalties, 0.5 / features);
        start.select(1, features).fill_(Half);
        weights = start * allowed;
        (losses, stepped) = Majorize(weights);
    }

    /// <summary>w, [C, C * places].</summary>
    public Tensor Weights()
    {
        using var scope = NewDisposeScope();
        var scaled = weights.slice(1, 0, -1, 1);
        return where(scaled.gt(LeastWeight), scaled * units, zeros_like(units)).MoveToOuterDisposeScope(); // steps near zero without end
    }

    /// <summary>s, [C].</summary>
    public Tensor Variance() => weights.select(1, -1) * scales;

    /// <summary>The mean over channels of the negative log-likelihood, in the units of the inputs, without penalty and constant.</summary>
    public double Loss()
    {
        using var scope = NewDisposeScope();
        var shift = (active * scales.log()).sum([0L]) * share;
        return (losses - (penalties * weights.Squared()).sum(1).mul(Half)).Plus(shift).mean().item<double>();
    }

    /// <summary>The same of the best fit without neighbours: w = 0, s = mean L^2.</summary>
    public double IndependentLoss()
    {
        using var scope = NewDisposeScope();
        return ((active * scales.log()).Plus(targets).sum([0L]) * share).mean().item<double>();
    }

    /// <summary>One iteration, three steps.</summary>
    /// <returns>By how much the loss of the channel that gained most fell, in nats.</returns>
    public double Improve()
    {
        using var scope = NewDisposeScope();
        var (steppedLosses, second) = Majorize(stepped);
        var (start, one, two) = (Logarithm(weights), Logarithm(stepped), Logarithm(second));
        var change = one - start;
        var bend = two - one - change;
        var length = (change.norm(1, keepdim: true) / bend.norm(1, keepdim: true).clamp(min: Nothing)).clamp(min: One);
        var far = start.Plus(length.mul(Two) * change).Plus(length.Squared() * bend).clamp(LeastLogarithm, MostLogarithm).exp() * allowed;
        var (farLosses, beyond) = Majorize(far);
        var next = where(farLosses.le(steppedLosses).unsqueeze(1), beyond, second);
        var (nextLosses, nextStepped) = Majorize(next);
        double gain = (losses - nextLosses).max().item<double>();
        foreach (var spent in (Tensor[])[weights, losses, stepped])
            spent.Dispose();
        (weights, losses, stepped) = (next, nextLosses, nextStepped);
        scope.MoveToOuter(weights, losses, stepped);
        return gain;
    }

    /// <summary>The losses of these weights, and the weights that make the majorising function least.</summary>
    private (Tensor Losses, Tensor Next) Majorize(Tensor current)
    {
        using var scope = NewDisposeScope();
        var variance = inputs.matmul(current.t());
        var ratio = targets / variance;
        var penalized = (penalties * current.Squared()).sum(1).mul(Half);
        var loss = ((variance.log() * active).Plus(ratio).sum([0L]) * share).Plus(penalized);
        var inverse = active / variance;
        var each = share.unsqueeze(1);
        var falls = (inverse.t().matmul(inputs) * each).clamp(min: Nothing); // 0 for a channel that is silent everywhere
        var rises = (ratio * inverse).t().matmul(inputs) * each * current.Squared();

        // the least of falls * w + rises / w + penalty * w^2 / 2: where penalty * w^3 + falls * w^2 = rises. Newton from above
        var next = (rises / falls).sqrt();
        for (int step = 0; step < NewtonSteps; step++)
        {
            var square = next.Squared();
            var slope = (penalties * square).mul(Three).Plus((falls * next).mul(Two));
            next = (next - ((penalties * square * next).Plus(falls * square) - rises) / slope.clamp(min: Nothing)).clamp(min: Zero);
        }

        next.select(1, -1).clamp_(min: LeastVariance);
        scope.MoveToOuter(loss, next);
        return (loss, next);
    }

    private static Tensor Logarithm(Tensor weights) => weights.clamp(min: Nothing).log();

    private static Tensor OrOne(Tensor means) => where(means.gt(Zero), means, ones_like(means));
}
