using DivNorm.Kernels;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Tests.Kernels;

/// <summary>On positive data, whose sums do not cancel, our errors are measured against those of libtorch's own convolutions.</summary>
public sealed class LateralAgainstLibTorchTests
{
    [Theory]
    [MemberData(nameof(Arrays.Paths), MemberType = typeof(Arrays))]
    public void Step_IsNeverTwiceAsFarOff_OnPositiveData(string path)
    {
        foreach (LateralShape shape in new[]
        {
            new LateralShape(2, 16, 12, 12, 9, 7, false),
            new LateralShape(2, 16, 12, 12, 9, 7, true),
            new LateralShape(1, 32, 17, 25, 5, 9, false),
            new LateralShape(3, 20, 24, 12, 7, 7, true),
        })
        {
            var data = new LateralCase(shape, seed: 11, positive: true);
            double[][] expected = data.Reference();
            float[][] ours = data.Step(LateralPlanTests.Plan(shape, path), 2), theirs = LibTorchStep(data);
            for (int i = 0; i < expected.Length - 1; i++)
                Assert.InRange(Arrays.RelativeError(ours[i], expected[i]), 0, 2 * Arrays.RelativeError(theirs[i], expected[i]));
        }
    }

    private static float[][] LibTorchStep(LateralCase data)
    {
        using DisposeScope scope = NewDisposeScope();
        LateralShape s = data.Shape;
        long[] maps = [s.Batch, s.Channels, s.Height, s.Width];
        Tensor y = Leaf(data.Y, maps), yn = Leaf(data.Yn, maps);
        Tensor excitation = Leaf(data.Excitation, [s.Channels, s.Channels, s.ExcitationKernel, s.ExcitationKernel]);
        Tensor inhibition = Leaf(data.Inhibition, [s.Channels, s.Channels, s.InhibitionKernel, s.InhibitionKernel]);
        Tensor output = nn.functional.conv2d(s.SharedSource ? yn : y, excitation, padding: [s.ExcitationKernel / 2, s.ExcitationKernel / 2])
            - nn.functional.conv2d(yn, inhibition, padding: [s.InhibitionKernel / 2, s.InhibitionKernel / 2]);
        output.backward([tensor(data.GradOutput, maps)]);
        float[] gradY = s.SharedSource ? new float[s.Elements] : Data(y.grad!);
        return [Data(output.detach()), gradY, Data(yn.grad!), Data(excitation.grad!), Data(inhibition.grad!)];
    }

    private static Tensor Leaf(float[] values, long[] shape) => tensor(values, shape).requires_grad_();

    private static float[] Data(Tensor values) => values.data<float>().ToArray();
}
