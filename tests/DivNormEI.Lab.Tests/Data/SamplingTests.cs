using DivNorm.Lab.Data;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Lab.Tests.Data;

public sealed class SamplingTests
{
    /// <summary>Every pixel tells its image, row and column.</summary>
    private static readonly GreyImage[] Images = [Numbered(0, 20, 10), Numbered(1, 8, 30)];

    [Fact]
    public void Random_FollowsTheReferenceSequenceOfXoshiro256StarStar()
    {
        // First outputs from the state 1, 2, 3, 4, by hand: rotl(2 * 5, 7) * 9 = 11520, then s1 = 0.
        SeededRandom random = new(0) { State = [1, 2, 3, 4] };
        Assert.Equal([11520UL, 0UL, 1509978240UL], [random.NextBits(), random.NextBits(), random.NextBits()]);
        Assert.Throws<ArgumentException>(() => random.State = [0, 0, 0, 0]);
        Assert.Throws<ArgumentException>(() => random.State = [1]);
    }

    [Fact]
    public void Random_IsUniform_AndItsStreamsDiffer()
    {
        SeededRandom random = new(1);
        int[] counts = new int[7];
        for (int i = 0; i < 70_000; i++)
            counts[random.Next(7)]++;
        Assert.All(counts, count => Assert.InRange(count, 9_500, 10_500));
        Assert.Equal(0.5, Enumerable.Range(0, 10_000).Average(_ => random.NextDouble()), 0.02);
        Assert.NotEqual(new SeededRandom(1, 1).NextBits(), new SeededRandom(1, 2).NextBits());
    }

    [Fact]
    public void Crops_AreContiguousPiecesOfTheImages_AndReachTheirEdges()
    {
        CropSampler sampler = new(Images, 8, seed: 3);
        float[] batch = new float[500 * 64];
        sampler.Fill(batch);
        HashSet<(int, int, int)> corners = [];
        for (int crop = 0; crop < 500; crop++)
        {
            float corner = batch[crop * 64];
            for (int i = 0; i < 64; i++)
                Assert.Equal(corner + (i / 8 * 100 + i % 8) / 1e5f, batch[crop * 64 + i], 1e-6);
            int code = (int)Math.Round(corner * 1e5);
            corners.Add((code / 10_000, code / 100 % 100, code % 100));
        }

        Assert.Contains((0, 2, 12), corners);
        Assert.Contains((1, 22, 0), corners);
        Assert.Contains((1, 0, 0), corners);
    }

    [Fact]
    public void Sampler_GoesOnFromASavedState_WithTheSameCrops()
    {
        CropSampler sampler = new(Images, 5, seed: 9, flip: true), resumed = new(Images, 5, seed: 1, flip: true);
        using Tensor skipped = sampler.Next(7);
        ulong[] state = sampler.State;
        using Tensor expected = sampler.Next(6);
        resumed.State = state;
        using Tensor actual = resumed.Next(6);
        Assert.Equal([6, 1, 5, 5], expected.shape);
        Assert.Equal(expected.data<float>().ToArray(), actual.data<float>().ToArray());
    }

    [Fact]
    public void Flip_MirrorsAboutHalfOfTheCrops()
    {
        using Tensor crops = new CropSampler(Images, 5, seed: 2, flip: true).Next(200);
        float[] values = crops.data<float>().ToArray();
        Assert.InRange(Enumerable.Range(0, 200).Count(i => values[i * 25] > values[i * 25 + 4]), 70, 130);
    }

    [Fact]
    public void ValidationCrops_TakeTheImagesInTurn_AndDependOnTheSeedAlone()
    {
        using Tensor first = CropSampler.ValidationCrops(Images, 6, 8, seed: 4), again = CropSampler.ValidationCrops(Images, 6, 8, seed: 4);
        float[] values = first.data<float>().ToArray();
        Assert.Equal(values, again.data<float>().ToArray());
        Assert.Equal([0, 1, 0, 1, 0, 1], Enumerable.Range(0, 6).Select(i => (int)(values[i * 64] * 10)));
    }

    [Fact]
    public void Sampler_RefusesImagesSmallerThanACrop()
    {
        Assert.Contains("8x30", Assert.Throws<ArgumentException>(() => new CropSampler(Images, 9, 0)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new CropSampler([], 9, 0));
        Assert.Throws<ArgumentException>(() => new CropSampler(Images, 8, 0).Fill(new float[65]));
    }

    private static GreyImage Numbered(int number, int width, int height) =>
        new($"{number}", width, height, [.. Enumerable.Range(0, width * height).Select(i => (number * 10_000 + i / width * 100 + i % width) / 1e5f)]);
}
