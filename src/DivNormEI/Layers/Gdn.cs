using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace DivNorm.Layers;

/// <summary>
/// Generalized divisive normalisation: Balle, Laparra and Simoncelli, "Density modeling of images using a generalized normalization
/// transformation" (ICLR 2016, arXiv 2015), and its inverse in "End-to-end optimized image compression" (ICLR 2017); the cheaper
/// GDN1 of Johnston et al., "Computationally efficient neural image compression" (2019), is alpha = epsilon = 1.
/// <code>
/// z_i = x_i / (beta_i + sum over j of gamma_ij |x_j|^alpha)^epsilon      GDN
/// z_i = x_i * (beta_i + sum over j of gamma_ij |x_j|^alpha)^epsilon      IGDN
/// </code>
/// The pool is the channels of one place. beta [C] starts at 1, gamma [C, C] at .1 on the diagonal. Both are made of free numbers,
/// in the state dict as <c>beta_free</c> and <c>gamma_free</c>: p = max(q, sqrt(min + 2^-36))^2 - 2^-36, never below min.
/// </summary>
public sealed class Gdn : NormalizationModule
{
    private readonly Parameter beta_free;
    private readonly Parameter gamma_free;
    private readonly NonNegativeSquare aboveMinimum;
    private readonly NonNegativeSquare aboveZero;
    private readonly FixedPower inner;
    private readonly FixedPower outer;

    /// <summary>A layer for <paramref name="channels"/> channels.</summary>
    /// <param name="channels">C, 1 or more.</param>
    /// <param name="options">What can be chosen; null takes <see cref="GdnOptions.Gdn"/>.</param>
    /// <param name="device">Where the weights live; null takes the default device.</param>
    /// <param name="dtype">Float32 or Float64; null takes the default dtype.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument or option is outside its range.</exception>
    public Gdn(long channels, GdnOptions? options = null, Device? device = null, ScalarType? dtype = null)
        : base(nameof(Gdn), channels, device, dtype)
    {
        Options = options ?? GdnOptions.Gdn;
        Options.Validate();
        aboveMinimum = Hold(new NonNegativeSquare(Options.MinimumBeta));
        aboveZero = Hold(new NonNegativeSquare(0));
        inner = Hold(new FixedPower(Options.Alpha));
        outer = Hold(new FixedPower(Options.Epsilon));
        using (NewDisposeScope())
        {
            var self = eye(channels, dtype: ScalarType.Float64, device: CPU);
            beta_free = Own(full(channels, NonNegativeSquare.Free(Options.InitialBeta), ScalarType.Float64, CPU));
            gamma_free = Own(self * NonNegativeSquare.Free(Options.InitialGamma) + (1 - self) * NonNegativeSquare.Free(0));
        }

        RegisterComponents();
    }

    /// <summary>The options that the layer was made with.</summary>
    public GdnOptions Options { get; }

    /// <summary>beta, [C], made anew at every call: the caller disposes it. Never below <see cref="GdnOptions.MinimumBeta"/>.</summary>
    public Tensor Beta() => Outside(aboveMinimum, beta_free);

    /// <summary>gamma, [C out, C in], made anew at every call: the caller disposes it. Never negative.</summary>
    public Tensor Gamma() => Outside(aboveZero, gamma_free);

    /// <inheritdoc/>
    public override int Reach => 0;

    private protected override Tensor Weight => beta_free;

    private protected override Tensor Normalize(Tensor input)
    {
        var gamma = aboveZero.Of(gamma_free).view(Channels, Channels, 1, 1);
        var pool = outer.OfPositive(F.conv2d(inner.OfMagnitude(input), gamma, aboveMinimum.Of(beta_free)));
        return Options.Inverse ? input * pool : input / pool;
    }

    private static Tensor Outside(NonNegativeSquare weight, Tensor free)
    {
        using var scope = NewDisposeScope();
        return weight.Of(free).MoveToOuterDisposeScope();
    }
}
