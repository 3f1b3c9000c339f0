using CsCheck;
using DivNorm.Lab.Data;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Lab.Tests.Data;

public sealed class QualityMeterTests
{
    [Fact]
    public void Bands_GiveTheFiguresOfTheWhole() =>
        Gen.Select(Gen.Int[11, 60], Gen.Int[11, 40], Gen.Int[1, 25]).Sample(
            (height, width, band) =>
            {
                using DisposeScope scope = NewDisposeScope();
                Tensor target = rand([1, 1, height, width], generator: new Generator(1)), picture = (target + 0.1 * rand([1, 1, height, width], generator: new Generator(2))).clamp(0, 1);
                PictureQuality quality = Measure(picture, target, band);
                Assert.Equal(ImageQuality.Psnr(picture, target), quality.Psnr, 1e-9);
                Assert.Equal(ImageQuality.Ssim(picture, target), quality.Ssim, 1e-9);
            },
            iter: 25,
            threads: 1);

    /// <summary>An error of .1 at every pixel is 20 dB; of .2 at a quarter of them, the same.</summary>
    [Fact]
    public void Psnr_HasItsClosedForm()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor target = full([1, 1, 8, 12], 0.5f), spotted = target.clone();
        Assert.Equal(20, Measure(target + 0.1f, target, 3).Psnr, 1e-5);
        spotted.slice(3, 0, 12, 4).add_(0.2f);
        Assert.Equal(20, Measure(spotted, target, 5).Psnr, 1e-5);
        Assert.Equal(ImageQuality.LargestPsnr, Measure(target, target, 8).Psnr);
    }

    [Fact]
    public void PictureSmallerThanAWindow_HasNoSsim()
    {
        using DisposeScope scope = NewDisposeScope();
        foreach (long[] shape in (long[][])[[1, 1, 10, 40], [1, 1, 40, 10]])
            Assert.True(double.IsNaN(Measure(rand(shape), rand(shape), 4).Ssim));
    }

    [Fact]
    public void MissingRows_AreAnError()
    {
        using Tensor target = rand(1, 1, 20, 20), part = rand(1, 1, 12, 20);
        using QualityMeter meter = new(target);
        meter.Add(part);
        Assert.Contains("has 20 rows, and 12 were given", Assert.Throws<InvalidOperationException>(meter.Result).Message, StringComparison.Ordinal);
    }

    private static PictureQuality Measure(Tensor picture, Tensor target, int band)
    {
        using QualityMeter meter = new(target);
        foreach (Tensor rows in picture.split(band, 2))
            meter.Add(rows);
        return meter.Result();
    }
}
