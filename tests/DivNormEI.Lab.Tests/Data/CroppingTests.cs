using CsCheck;
using DivNorm.Lab.Data;
using Xunit;

namespace DivNorm.Lab.Tests.Data;

public sealed class CroppingTests
{
    [Fact]
    public void RandomCrop_LiesInTheImage_AndKeepsItsShare() =>
        Gen.Select(Gen.Int[1, 300], Gen.Int[1, 300], Gen.Double[0.05, 1], Gen.ULong).Sample((width, height, share, seed) =>
        {
            var box = CropBox.Random(width, height, share, new SeededRandom(seed));
            Assert.True(box is { Left: >= 0, Top: >= 0, Width: >= 1, Height: >= 1 } && box.Left + box.Width <= width && box.Top + box.Height <= height);

            // the sides are rounded to whole pixels: half a pixel each way
            bool fallback = box == CropBox.Centre(width, height, 1);
            Assert.True(fallback || (box.Width + 0.5) * (box.Height + 0.5) >= share * width * height - 1e-9);
        });

    [Fact]
    public void Scaling_KeepsAConstantImage_WhateverTheSizes() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[1, 40], Gen.Byte).Sample((width, height, toWidth, toHeight, value) =>
        {
            var image = new RgbImage(width, height, Enumerable.Repeat(value, 3 * width * height).ToArray());
            float[] planes = new float[3 * toWidth * toHeight];
            new ImageScaler().Scale(image, new CropBox(0, 0, width, height), toWidth, toHeight, planes);
            Assert.All(planes, v => Assert.Equal(value, v, 0.001f));
        });

    [Fact]
    public void Scaling_ToTheSameSize_CutsOut()
    {
        byte[] pixels = [.. Enumerable.Range(0, 3 * 5 * 4).Select(i => (byte)(7 * i))];
        float[] planes = new float[3 * 3 * 2];
        new ImageScaler().Scale(new RgbImage(5, 4, pixels), new CropBox(1, 2, 3, 2), 3, 2, planes);
        for (int channel = 0; channel < 3; channel++)
        {
            for (int y = 0; y < 2; y++)
            {
                for (int x = 0; x < 3; x++)
                    Assert.Equal(pixels[3 * ((y + 2) * 5 + x + 1) + channel], planes[(channel * 2 + y) * 3 + x], 1e-4f);
            }
        }
    }

    [Fact]
    public void Halving_WeighsByATriangleOfTwoPixels()
    {
        // a single bright column at x = 3 of 8, four outputs with centres at .5, 2.5, 4.5, 6.5 and reach 2: weights 1 - |3 - c| / 2, normalised
        byte[] pixels = new byte[3 * 8];
        pixels[3 * 3] = 200;
        float[] planes = new float[3 * 4];
        new ImageScaler().Scale(new RgbImage(8, 1, pixels), new CropBox(0, 0, 8, 1), 4, 1, planes);
        Assert.Equal(0, planes[0], 1e-4f);
        Assert.Equal(200 * 0.75f / 2, planes[1], 1e-3f);
        Assert.Equal(200 * 0.25f / 2, planes[2], 1e-3f);
        Assert.All(planes[4..], v => Assert.Equal(0, v));
    }

    [Fact]
    public void Transform_Normalises_AndMirrorsHalfOfTheImages()
    {
        var image = new RgbImage(2, 1, new byte[] { 255, 255, 255, 0, 0, 0 });
        var transform = new ImageTransform { Size = 2, SmallestCrop = 1, EvaluationCrop = 1, Mean = [0.5, 0.5, 0.5], Deviation = [0.5, 0.25, 1] };
        var wide = new RgbImage(2, 2, new byte[] { 255, 255, 255, 0, 0, 0, 255, 255, 255, 0, 0, 0 });
        float[] planes = new float[transform.Values];
        transform.Centre(wide, new ImageScaler(), planes);
        Assert.Equal([1, -1, 1, -1, 2, -2, 2, -2, 0.5f, -0.5f, 0.5f, -0.5f], planes.Select(v => MathF.Round(v, 4)));
        Assert.Equal(2, image.Width);

        int mirrored = 0;
        const int draws = 400;
        for (ulong i = 0; i < draws; i++)
        {
            transform.Augment(wide, new SeededRandom(5, i), new ImageScaler(), planes);
            mirrored += planes[0] < 0 ? 1 : 0;
        }

        Assert.InRange(mirrored, draws / 2 - 60, draws / 2 + 60); // six standard deviations, and the seed is fixed
    }

    [Fact]
    public void TexturedShapes_AreTheSameForTheSameSeed_AndOfEveryClass()
    {
        var options = new TexturedShapesOptions { Train = 24, Validation = 12, Size = 20, Seed = 4 };
        var (one, two, other) = (Make(options), Make(options), Make(options with { Seed = 5 }));
        Assert.Equal(12, one.ClassIds.Count);
        Assert.Equal(2, Enumerable.Range(0, 24).Count(i => one.Train.Label(i) == 7));
        Assert.Equal(1, Enumerable.Range(0, 12).Count(i => one.Validation.Label(i) == 7));
        Assert.All(Enumerable.Range(0, 24), i => Assert.Equal(one.Train.Read(i)!.Pixels.ToArray(), two.Train.Read(i)!.Pixels.ToArray()));
        Assert.NotEqual(one.Train.Read(0)!.Pixels.ToArray(), other.Train.Read(0)!.Pixels.ToArray());
        Assert.NotEqual(one.Identity, other.Identity);
        Assert.Contains("Size is 8; it must be 16 to 512", Assert.Throws<ArgumentOutOfRangeException>(() => Make(options with { Size = 8 })).Message, StringComparison.Ordinal);
    }

    private static ClassifiedImages Make(TexturedShapesOptions options) => TexturedShapes.Generate(options, null, TestContext.Current.CancellationToken);
}
