using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace DivNorm.Layers;

/// <summary>
/// Canonical divisive normalisation: Heeger, "Normalization of cell responses in cat striate cortex" (Visual Neuroscience 9, 1992),
/// as in Carandini and Heeger, "Normalization as a canonical neural computation" (Nature Reviews Neuroscience 13, 2012), and Eq. 1
/// of Veerabadran, Raina and de Sa (2021).
/// <code>
/// pool(x) = sum over channels c and window places d of w[c, d] |y_c(x + d)|^n
/// z_i     = |y_i|^n / (sigma_i^n + epsilon + pool)           Power
/// z_i     = y_i / (sigma_i^n + epsilon + pool)^(1/n)         FirstPower
/// </code>
/// One pool serves all channels of a place. w [1, C, k, k] starts as the mean over window and channels (zero beyond the border)
/// and sigma [C] at a constant; both are held at or above zero by projection.
/// </summary>
public sealed class CanonicalNormalization : NormalizationModule
{
    private readonly Parameter w_pool;
    private readonly Parameter sigma;
    private readonly FixedPower power;
    private readonly FixedPower root;
    private readonly Scalar epsilon;

    /// <summary>A layer for <paramref name="channels"/> channels.</summary>
    /// <param name="channels">C, 1 or more.</param>
    /// <param name="options">What can be chosen; null takes the defaults.</param>
    /// <param name="device">Where the weights live; null takes the default device.</param>
    /// <param name="dtype">Float32 or Float64; null takes the default dtype.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument or option is outside its range.</exception>
    public CanonicalNormalization(long channels, CanonicalNormalizationOptions? options = null, Device? device = null, ScalarType? dtype = null)
        : base(nameof(CanonicalNormalization), channels, device, dtype)
    {
        Options = options ?? new CanonicalNormalizationOptions();
        Options.Validate();
        power = Hold(new FixedPower(Options.Exponent));
        root = Hold(new FixedPower(1 / Options.Exponent));
        epsilon = Hold((Scalar)Options.Epsilon);
        int side = Options.PoolSize;
        using (NewDisposeScope())
        {
            w_pool = Own(full([1, channels, side, side], 1.0 / (channels * side * side), ScalarType.Float64, CPU), Options.LearnPool);
            sigma = Own(full(channels, Options.InitialSigma, ScalarType.Float64, CPU), Options.LearnSigma);
        }

        RegisterComponents();
    }

    /// <summary>The options that the layer was made with.</summary>
    public CanonicalNormalizationOptions Options { get; }

    /// <summary>w, the weights of the pool, [1, C, k, k], never negative.</summary>
    public Parameter PoolWeight => Projected(w_pool);

    /// <summary>sigma, the semi-saturation constant, [C], in units of the input, never negative.</summary>
    public Parameter Sigma => Projected(sigma);

    /// <inheritdoc/>
    public override int Reach => Options.PoolSize / 2;

    private protected override Tensor Weight => w_pool;

    private protected override void Project() => NonNegative.Project(w_pool, sigma);

    private protected override Tensor Normalize(Tensor input)
    {
        long half = Options.PoolSize / 2;
        var energy = power.OfMagnitude(input);
        var floor = power.OfMagnitude(sigma).Plus(epsilon).view(1, Channels, 1, 1);
        var denominator = floor.Plus(F.conv2d(energy, w_pool, padding: [half, half]));
        return Options.Form == NormalizationForm.Power ? energy / denominator : input / root.OfPositive(denominator);
    }
}
