using DivNorm.Lab.Data;
using Xunit;

namespace DivNorm.Lab.Tests.Data;

public sealed class DeadLeavesTests
{
    [Fact]
    public void Images_HaveTheSpectrumAndContrastOfNaturalOnes()
    {
        ImageSet set = Generate(new() { Train = 24, Validation = 1 });
        Assert.InRange(Spectrum.Slope(set.Train), -1.5, -0.8);
        float[] all = [.. set.Train.SelectMany(image => image.Pixels)];
        Assert.All(new[] { all.Min(), all.Max() }, value => Assert.InRange(value, 0, 1));
        double mean = all.Average(value => (double)value);
        Assert.InRange(mean, 0.4, 0.6);
        Assert.InRange(Math.Sqrt(all.Average(value => (value - mean) * (value - mean))), 0.12, 0.3);
    }

    [Fact]
    public void SameSeed_GivesTheSameBits_AndAnotherSeedOthers()
    {
        DeadLeavesOptions options = new() { Train = 3, Validation = 2, Size = 64, Seed = 5 };
        ImageSet first = Generate(options);
        Assert.Equal(first.Checksum, Generate(options).Checksum);
        Assert.NotEqual(first.Checksum, Generate(options with { Seed = 6 }).Checksum);
        Assert.Equal(5, first.Train.Concat(first.Validation).Select(image => image.Pixels[100]).Distinct().Count());
        Assert.Equal(first.Train[1].Pixels, Generate(options with { Train = 2 }).Train[1].Pixels);
    }

    [Fact]
    public void Options_AreChecked()
    {
        foreach (DeadLeavesOptions bad in new DeadLeavesOptions[] { new() { Train = 0 }, new() { Validation = 0 }, new() { Size = 15 } })
            Assert.Throws<ArgumentOutOfRangeException>(() => Generate(bad));
    }

    private static ImageSet Generate(DeadLeavesOptions options) => DeadLeaves.Generate(options, null, TestContext.Current.CancellationToken);
}
