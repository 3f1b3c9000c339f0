using DivNorm.Filters;
using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Lab.Tests.Physiology;

/// <summary>The contrast experiment's front end, written out with plain tensor operations: what the reference measurements were taken from.</summary>
internal sealed class FrontEnd : IDisposable
{
    internal static readonly string[] Stages = ["before", "beforeSquared", "normalized"];

    private const double Epsilon = 1e-5;
    private readonly Tensor gabors = GaborBank.Paper.PaddedKernels();
    private readonly Tensor pool = DivisionKernels();
    private readonly Tensor floor = full(64, 1 + Epsilon);
    private readonly int stride;

    internal FrontEnd(int stride = 4) => this.stride = stride;

    public void Dispose()
    {
        gabors.Dispose();
        pool.Dispose();
        floor.Dispose();
    }

    /// <summary>ReLU of the Gabor bank, its square, and Eq. 2 with untrained Gaussian w_div and sigma = 1.</summary>
    internal IReadOnlyList<Tensor> Run(Tensor images)
    {
        Tensor before = nn.functional.relu(nn.functional.conv2d(images, gabors, padding: [10, 10], strides: [stride, stride]));
        Tensor squared = before * before;
        Tensor norm = nn.functional.conv2d(squared, pool, bias: floor, padding: [2, 2], groups: 64);
        return [before, squared, squared / norm];
    }

    /// <summary>The normalisations of the reference page's check values.</summary>
    internal static Tensor Normalise(Tensor y, string normalisation)
    {
        using Scalar sigmaSquared = 0.09, one = 1, half = 0.5, tenth = 0.1;
        Tensor squared = y * y;
        Tensor Pool() => nn.functional.avg_pool2d(squared.mean([1], keepdim: true), 5, 1, 2).add(sigmaSquared);
        return normalisation switch
        {
            "none" => y,
            "canonical" => squared / Pool(),
            "canonicalRoot" => y / Pool().sqrt(),
            "gdn" => y / squared.mul(tenth).add(one).sqrt(),
            "crossChannel" => squared / squared.sum(1, keepdim: true).mul(half).add(one),
            _ => throw new ArgumentOutOfRangeException(nameof(normalisation), normalisation, "Not on the reference page."),
        };
    }

    /// <summary>Gaussians of widths .5, 1, 2, 3 on 5 points over [-1, 1], peak 1, dealt to the channels so that each width meets every filter kind.</summary>
    private static Tensor DivisionKernels()
    {
        double[] widths = [.5, 1, 2, 3];
        float[] weights = new float[64 * 25];
        for (int channel = 0; channel < 64; channel++)
        {
            double width = widths[(channel + channel / 4 + channel / 16) % 4];
            for (int i = 0; i < 25; i++)
            {
                double y = (i / 5 - 2) / 2.0, x = (i % 5 - 2) / 2.0;
                weights[channel * 25 + i] = (float)Math.Exp(-(x * x + y * y) / (2 * width * width));
            }
        }

        return tensor(weights, [64, 1, 5, 5]);
    }
}
