using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace DivNorm.Layers;

/// <summary>
/// Local response normalisation: Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural
/// networks" (NeurIPS 2012), section 3.3.
/// <code>
/// b_i = a_i / (k + alpha * sum over j of a_j^2)^beta,   j from max(0, i - n/2) to min(C - 1, i + n/2)
/// </code>
/// alpha weighs the sum, as the paper prints it. PyTorch's LocalResponseNorm divides its alpha by n: AlexNet's 1e-4 with n = 5
/// is 5e-4 there. Nothing is learned; the state dict is empty, and inputs of either dtype and any device are taken.
/// </summary>
public sealed class LocalResponseNormalization : NormalizationModule
{
    private readonly FixedPower divisor;
    private readonly Scalar sumWeight;
    private readonly Scalar constant;

    /// <summary>A layer for <paramref name="channels"/> channels.</summary>
    /// <param name="channels">C, 1 or more.</param>
    /// <param name="options">The constants; null takes AlexNet's.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument or option is outside its range.</exception>
    public LocalResponseNormalization(long channels, LocalResponseNormalizationOptions? options = null)
        : base(nameof(LocalResponseNormalization), channels, device: null, dtype: null)
    {
        Options = options ?? new LocalResponseNormalizationOptions();
        Options.Validate();
        divisor = Hold(new FixedPower(Options.Beta));
        sumWeight = Hold((Scalar)(Options.Alpha * Options.Size)); // the pool below is a mean
        constant = Hold((Scalar)Options.K);
        RegisterComponents();
    }

    /// <summary>The constants.</summary>
    public LocalResponseNormalizationOptions Options { get; }

    /// <inheritdoc/>
    public override int Reach => 0;

    private protected override Tensor? Weight => null;

    private protected override Tensor Normalize(Tensor input)
    {
        // channels as the depth of a volume, with zeros before the first and after the last: the mean over n is then the sum over n
        long half = Options.Size / 2;
        var padded = F.pad(input.Squared().unsqueeze(1), [0, 0, 0, 0, half, half]);
        var mean = F.avg_pool3d(padded, [Options.Size, 1, 1], [1, 1, 1]).squeeze(1);
        return input / divisor.OfPositive(mean.mul(sumWeight).Plus(constant));
    }
}
