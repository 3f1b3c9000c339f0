using CsCheck;
using DivNorm.Lab.Data;
using DivNorm.Lab.Experiments.Upscaling;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Lab.Tests.Experiments.Upscaling;

public sealed class InterpolationTests
{
    [Fact]
    public void Bands_AreThoseOfTheWhole() =>
        Gen.Select(Gen.Int[1, 20], Gen.Int[1, 15], Gen.Int[1, 6]).Sample(
            (height, width, band) =>
            {
                using DisposeScope scope = NewDisposeScope();
                Tensor planes = rand(1, 3, height, width);
                foreach (Upsampling method in Enum.GetValues<Upsampling>())
                {
                    Tensor joined = cat([.. new Tiling(band, 0).Cut(height).Select(rows => Interpolation.Rows(planes, rows, method))], 2);
                    Assert.InRange((joined - Resample.Up(planes, 4, method)).abs().max().item<float>(), 0, 1e-6f);
                }
            },
            iter: 30,
            threads: 1);

    [Fact]
    public void Comparison_InBands_IsThatOfTheWhole()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor target = rand(1, 1, 40, 28), planes = cat([Resample.Down(target, 4), rand(1, 2, 10, 7)], 1), network = rand(1, 1, 40, 28);
        using QualityComparison comparison = new(planes, target);
        foreach (Stretch rows in new Tiling(3, 0).Cut(10))
            comparison.Add(rows, network.slice(2, 4 * rows.First, 4 * rows.End, 1));
        UpscaleQuality quality = comparison.Result();
        Tensor luma = planes.slice(1, 0, 1, 1);
        Same(network, quality.Network);
        Same(Resample.Up(luma, 4, Upsampling.Bicubic).clamp(0, 1), quality.Bicubic);
        Same(Resample.Up(luma, 4), quality.Bilinear);

        void Same(Tensor picture, PictureQuality measured)
        {
            Assert.Equal(ImageQuality.Psnr(picture, target), measured.Psnr, 1e-9);
            Assert.Equal(ImageQuality.Ssim(picture, target), measured.Ssim, 1e-9);
        }
    }

    [Fact]
    public void Tiles_CoverAnAxisOnce_AndAreNearlyEqual_WithTheirReachAround() =>
        Gen.Select(Gen.Int[1, 400], Gen.Int[1, 90], Gen.Int[0, 15]).Sample((length, tile, reach) =>
        {
            Tiling tiling = new(tile, reach);
            Stretch[] tiles = [.. tiling.Cut(length)];
            Assert.Equal((length + tile - 1) / tile, tiles.Length);
            Assert.Equal(Enumerable.Range(0, length), tiles.SelectMany(t => Enumerable.Range(t.First, t.Length)));
            Assert.All(tiles, t => Assert.InRange(t.Length, 1, tile));
            Stretch[] around = [.. tiles.Select(t => tiling.Around(t, length))];
            Assert.Single(around.Select(a => a.Length).Distinct());
            foreach (var (part, whole) in tiles.Zip(around))
            {
                Assert.InRange(whole.First, 0, Math.Max(0, part.First - reach));
                Assert.InRange(whole.End, Math.Min(length, part.End + reach), length);
            }
        });
}
