using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace DivNorm.Layers;

/// <summary>
/// Gain control derived from natural signal statistics: Schwartz and Simoncelli, "Natural signal statistics and sensory gain
/// control" (Nature Neuroscience 4, 2001).
/// <code>
/// R_i = L_i^2 / (sum over j of w_ij L_j^2 + sigma_i^2 + epsilon)
/// </code>
/// j runs over all channels and the places of a window. w [C, C, k, k] is held at or above zero by projection; sigma is [C].
/// <see cref="Fit"/> learns both from activations alone: L_i given its neighbours is taken as normal with the variance below the
/// line, and the likelihood is maximised. A unit is no neighbour of its own: with L_i itself below the line v = L_i^2 would be
/// the best and empty answer, so a fit leaves the weight of a unit on itself at 0.
/// </summary>
public sealed class SchwartzSimoncelli : NormalizationModule, ILabelFreeFit
{
    private readonly Parameter w;
    private readonly Parameter sigma;
    private readonly Scalar epsilon;

    /// <summary>A layer for <paramref name="channels"/> channels.</summary>
    /// <param name="channels">C, 1 or more.</param>
    /// <param name="options">What can be chosen; null takes the defaults.</param>
    /// <param name="device">Where the weights live; null takes the default device.</param>
    /// <param name="dtype">Float32 or Float64; null takes the default dtype.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument or option is outside its range.</exception>
    public SchwartzSimoncelli(long channels, SchwartzSimoncelliOptions? options = null, Device? device = null, ScalarType? dtype = null)
        : base(nameof(SchwartzSimoncelli), channels, device, dtype)
    {
        Options = options ?? new SchwartzSimoncelliOptions();
        Options.Validate();
        epsilon = Hold((Scalar)Options.Epsilon);
        int side = Options.Window;
        using (NewDisposeScope())
        {
            w = Own(full([channels, channels, side, side], Options.InitialWeight / (side * side), ScalarType.Float64, CPU));
            sigma = Own(full(channels, Options.InitialSigma, ScalarType.Float64, CPU));
        }

        RegisterComponents();
    }

    /// <summary>The options that the layer was made with.</summary>
    public SchwartzSimoncelliOptions Options { get; }

    /// <summary>w, the weights of the neighbours, [C out, C in, k, k], never negative.</summary>
    public Parameter NeighborWeight => Projected(w);

    /// <summary>sigma, the part of the standard deviation that no neighbour tells of, [C], in units of the input.</summary>
    public Parameter Sigma => sigma;

    /// <summary>
    /// Maximises the likelihood of the activations given their neighbours: for every channel the mean over positions of
    /// (log v + L^2 / v) / 2 with v = sum of w L^2 + sigma^2, plus <see cref="SchwartzSimoncelliOptions.FitPenalty"/> / 2 times
    /// the sum of w^2, is made least over w and sigma at or above zero. Positions where the channel is exactly 0 are left out of
    /// its mean: of a rectified response a 0 says no more than that it was not positive, which a normal of mean zero is half the time
    /// whatever its variance. (Counted as L = 0 they would have the model learn the rectifier, not the statistics of images.)
    /// sigma^2 is kept above 1e-4 of the channel's mean L^2.
    /// </summary>
    /// <inheritdoc/>
    public LabelFreeFitResult Fit(IEnumerable<Tensor> activations, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(activations);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var sample = new NeighborhoodSample(Options.Window, Options.FitPositions, Options.Seed);
        foreach (var activation in activations)
        {
            cancellation.ThrowIfCancellationRequested();
            CheckInput(activation);
            sample.Add(activation);
        }

        int side = Options.Window;
        var regression = new VarianceRegression(sample.Energies(), Channels, side * side, Options.FitPenalty);
        int iterations = 0;
        bool converged = false;
        while (iterations < Options.FitIterations && !converged)
        {
            cancellation.ThrowIfCancellationRequested();
            iterations++;
            converged = regression.Improve() < Options.FitTolerance;
        }

        w.copy_(regression.Weights().view(Channels, Channels, side, side));
        sigma.copy_((regression.Variance() - Options.Epsilon).clamp(min: 0).sqrt());
        return new LabelFreeFitResult(sample.Count, iterations, converged, regression.IndependentLoss(), regression.Loss());
    }

    /// <inheritdoc/>
    public override int Reach => Options.Window / 2;

    private protected override Tensor Weight => w;

    private protected override void Project() => NonNegative.Project(w);

    private protected override Tensor Normalize(Tensor input)
    {
        long half = Options.Window / 2;
        var energy = input.Squared();
        return energy / F.conv2d(energy, w, sigma.Squared().Plus(epsilon), padding: [half, half]);
    }
}
