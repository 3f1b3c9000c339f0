using DivNorm.Lab.Data;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Lab.Tests.Data;

public sealed class ResampleAndQualityTests
{
    [Fact]
    public void Down_TakesTheCentralFour_OrAllSixteen_OfEachBlock()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor image = rand(2, 1, 8, 12, generator: new Generator(1));
        Tensor bilinear = Resample.Down(image, 4), area = Resample.Down(image, 4, Downsampling.Area);
        Assert.Equal([2, 1, 2, 3], bilinear.shape);
        for (int row = 0; row < 2; row++)
        {
            for (int column = 0; column < 3; column++)
            {
                Tensor block = image[1, 0].narrow(0, row * 4, 4).narrow(1, column * 4, 4);
                Assert.Equal(block.mean().item<float>(), area[1, 0, row, column].item<float>(), 1e-6);
                Assert.Equal(block.narrow(0, 1, 2).narrow(1, 1, 2).mean().item<float>(), bilinear[1, 0, row, column].item<float>(), 1e-6);
            }
        }
    }

    /// <summary>Pixel centres are kept, so a ramp stays the same ramp wherever no border is near.</summary>
    [Fact]
    public void EveryMethod_KeepsARamp_AwayFromTheBorders()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor ramp = linspace(0, 1, 96).expand(1, 1, 96, 96).contiguous();
        foreach (Downsampling down in Enum.GetValues<Downsampling>())
        {
            foreach (Upsampling up in Enum.GetValues<Upsampling>())
            {
                Tensor restored = Resample.Up(Resample.Down(ramp, 4, down), 4, up);
                Tensor error = (restored - ramp).narrow(2, 24, 48).narrow(3, 24, 48).abs().max();
                Assert.True(error.item<float>() < 0.005, $"{down} then {up}: {error.item<float>()}");
            }
        }
    }

    [Fact]
    public void Resample_RefusesShapesThatDoNotFit()
    {
        using Tensor image = rand(1, 1, 9, 8), flat = rand(8, 8);
        Assert.Throws<ArgumentException>(() => Resample.Down(image, 4));
        Assert.Throws<ArgumentException>(() => Resample.Up(flat, 4));
    }

    /// <summary>A constant difference d has MSE d^2; its windows have no variance, so SSIM is the luminance term alone.</summary>
    [Fact]
    public void ConstantShift_HasItsClosedForms()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor target = full(2, 1, 16, 16, 0.4), image = full(2, 1, 16, 16, 0.5);
        Assert.Equal(20, ImageQuality.Psnr(image, target), 1e-4);
        Assert.Equal((2 * 0.2 + 1e-4) / (0.16 + 0.25 + 1e-4), ImageQuality.Ssim(image, target), 1e-5);
    }

    [Fact]
    public void MeanOfPsnrs_IsNotThePsnrOfTheMeanError()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor target = zeros(2, 1, 4, 4), image = cat([full(1, 1, 4, 4, 0.1), full(1, 1, 4, 4, 0.01)]);
        Assert.Equal(30, ImageQuality.Psnr(image, target), 1e-4);
        Assert.Equal(-10 * Math.Log10((0.01 + 0.0001) / 2), ImageQuality.PsnrOfMeanError(image, target), 1e-4);
    }

    [Fact]
    public void EqualImages_HaveSsimOne_AndTheLargestPsnr()
    {
        using Tensor image = rand(3, 1, 20, 17, generator: new Generator(2));
        Assert.Equal(1, ImageQuality.Ssim(image, image), 1e-9);
        Assert.Equal(ImageQuality.LargestPsnr, ImageQuality.Psnr(image, image));
    }

    /// <summary>One window: the formula written out with plain sums.</summary>
    [Fact]
    public void Ssim_OfASingleWindow_IsTheFormula()
    {
        using Tensor x = rand(1, 1, 11, 11, generator: new Generator(3)), y = rand(1, 1, 11, 11, generator: new Generator(4));
        float[] a = x.data<float>().ToArray(), b = y.data<float>().ToArray();
        double[] weights = [.. Enumerable.Range(0, 121).Select(i => Math.Exp(-(Math.Pow(i / 11 - 5, 2) + Math.Pow(i % 11 - 5, 2)) / 4.5))];
        double total = weights.Sum();
        double Mean(Func<int, double> value) => Enumerable.Range(0, 121).Sum(i => weights[i] / total * value(i));
        double meanA = Mean(i => a[i]), meanB = Mean(i => b[i]);
        double varianceA = Mean(i => Math.Pow(a[i] - meanA, 2)), varianceB = Mean(i => Math.Pow(b[i] - meanB, 2));
        double covariance = Mean(i => (a[i] - meanA) * (b[i] - meanB));
        double expected = (2 * meanA * meanB + 1e-4) * (2 * covariance + 9e-4) / ((meanA * meanA + meanB * meanB + 1e-4) * (varianceA + varianceB + 9e-4));
        Assert.Equal(expected, ImageQuality.Ssim(x, y), 1e-9);
    }

    [Fact]
    public void Quality_RefusesShapesThatDiffer()
    {
        using Tensor a = rand(1, 1, 12, 12), b = rand(1, 1, 12, 13), small = rand(1, 1, 10, 12);
        Assert.Throws<ArgumentException>(() => ImageQuality.Psnr(a, b));
        Assert.Throws<ArgumentException>(() => ImageQuality.Ssim(small, small));
    }
}
