using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace DivNorm.Layers;

/// <summary>
/// Learned divisive normalisation: Burg et al., "Learning divisive normalization in primary visual cortex" (PLOS Computational
/// Biology 17, 2021).
/// <code>
/// z_l = y_l^n_l / (eta_l^n_l + sum over k of p_kl * AvgPool5x5(y_k^n_k)),   p_kl = sum over m of |u_lm| |v_klm|
/// </code>
/// y is the rectified input (max(0, y), as the model's subunits are), n and eta [C] are learned and start near 1, v [M, C, C]
/// (nonspecific: [M, C, 1], the same for every k) near 0: the layer starts as hardly any pool. A surround u [M, C, s, s] has unit
/// Frobenius norm over its places, which are 5 pixels apart; without one there is no u. Every weight enters as its magnitude, so
/// that none is ever negative whatever the state dict's <c>n</c>, <c>eta</c>, <c>u</c> and <c>v</c> hold. The average leaves
/// out what lies beyond the border.
/// </summary>
public sealed class BurgNormalization : NormalizationModule
{
    /// <summary>Side of the average, pixels.</summary>
    internal const int PoolSize = 5;

    /// <summary>Pixels between the places of a surround.</summary>
    internal const int Spacing = 5;

    /// <summary>
    /// s: y^n is taken as (y + s)^n - s^n, and eta likewise lifted by s. For n below 1 its slope at 0, and for any n its derivative by n
    /// there, would be infinite or 0 * infinity. What this changes is of the order of s.
    /// </summary>
    internal const double ShiftValue = 1e-6;

    /// <summary>What keeps the divisor above 0.</summary>
    internal const double LeastValue = 1e-12;

    private static readonly Scalar Shift = ShiftValue;
    private static readonly Scalar Least = LeastValue;
    private static readonly Scalar Zero = 0;

    private readonly Parameter n;
    private readonly Parameter eta;
    private readonly Parameter v;
    private readonly Parameter? u;

    /// <summary>A layer for <paramref name="channels"/> channels.</summary>
    /// <param name="channels">C, 1 or more.</param>
    /// <param name="options">What can be chosen; null takes the defaults.</param>
    /// <param name="device">Where the weights live; null takes the default device.</param>
    /// <param name="dtype">Float32 or Float64; null takes the default dtype.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument or option is outside its range.</exception>
    public BurgNormalization(long channels, BurgNormalizationOptions? options = null, Device? device = null, ScalarType? dtype = null)
        : base(nameof(BurgNormalization), channels, device, dtype)
    {
        Options = options ?? new BurgNormalizationOptions();
        Options.Validate();
        using var generator = Options.Seed is { } seed ? new Generator((ulong)seed, CPU) : null;
        long side = Options.SurroundSize, components = Options.Components;
        using (NewDisposeScope())
        {
            n = Own(NearOne(channels, generator));
            eta = Own(NearOne(channels, generator));
            v = Own(Small([components, channels, Options.Specific ? channels : 1], generator));
            if (side > 1)
                u = Own(Small([components, channels, side, side], generator));
        }

        RegisterComponents();
    }

    /// <summary>The options that the layer was made with.</summary>
    public BurgNormalizationOptions Options { get; }

    /// <summary>|n|, the exponents, [C], made anew at every call: the caller disposes it.</summary>
    public Tensor Exponent() => n.abs();

    /// <summary>|eta|, the semi-saturation constants, [C], in units of the input, made anew at every call: the caller disposes it.</summary>
    public Tensor SemiSaturation() => eta.abs();

    /// <summary>p, the weights of the pools, [C out, C in, s, s], made anew at every call: the caller disposes it. Never negative.</summary>
    public Tensor PoolWeight()
    {
        using var scope = NewDisposeScope();
        long side = Options.SurroundSize;
        var byChannel = v.abs().unsqueeze(-1).unsqueeze(-1); // [M, C out, C in or 1, 1, 1]
        var weight = u is null
            ? byChannel
            : byChannel * (u.abs() / u.Squared().sum([2, 3], keepdim: true).Plus(Least).sqrt()).unsqueeze(2);
        return weight.sum([0L]).expand(Channels, Channels, side, side).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override int Reach => PoolSize / 2 + SurroundReach;

    /// <summary>Pixels from the centre of the surround to its outermost places.</summary>
    private int SurroundReach => Options.SurroundSize / 2 * Spacing;

    private protected override Tensor Weight => n;

    private protected override Tensor Normalize(Tensor input)
    {
        var exponent = n.abs().view(1, Channels, 1, 1);
        var origin = full_like(exponent, Shift).pow(exponent);
        var excitation = input.clamp(min: Zero).Plus(Shift).pow(exponent) - origin;
        var average = F.avg_pool2d(excitation, PoolSize, stride: 1, padding: PoolSize / 2, count_include_pad: false);
        var pool = F.conv2d(average, PoolWeight(), padding: [SurroundReach, SurroundReach], dilation: [Spacing, Spacing]);
        var floor = eta.abs().view(1, Channels, 1, 1).Plus(Shift).pow(exponent);
        return excitation / floor.Plus(pool).Plus(Least);
    }

    /// <summary>|N(1, .01^2)|, truncated at two standard deviations.</summary>
    private static Tensor NearOne(long channels, Generator? generator)
    {
        const double withinTwo = 0.954499736103642; // the normal's mass between -2 and 2 standard deviations
        var quantile = (2 * rand([channels], ScalarType.Float64, CPU, generator: generator) - 1) * withinTwo;
        return (1 + 0.01 * Math.Sqrt(2) * quantile.erfinv()).abs();
    }

    private static Tensor Small(long[] shape, Generator? generator) => 1e-3 * randn(shape, ScalarType.Float64, CPU, generator: generator);
}
