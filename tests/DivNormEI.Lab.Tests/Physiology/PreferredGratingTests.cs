using DivNorm.Filters;
using DivNorm.Lab.Physiology;
using DivNorm.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Lab.Tests.Physiology;

/// <summary>The search for the grating that a unit prefers, on units whose answer is known.</summary>
public sealed class PreferredGratingTests
{
    private static readonly float[] Sobel = [-1, 0, 1, -2, 0, 2, -1, 0, 1];

    /// <summary>
    /// A derivative over two pixels, 2 sin(2 pi f), is largest at a quarter of a cycle a pixel; the vertical-edge filter prefers luminance that varies
    /// along x (0 degrees), its transpose along y (90 degrees); so under either input convention.
    /// </summary>
    [Theory]
    [InlineData(Vgg16Convention.Caffe)]
    [InlineData(Vgg16Convention.Torchvision)]
    public void EdgeFilters_PreferTheirOwnOrientationAndFrequency(Vgg16Convention convention)
    {
        using var scope = NewDisposeScope();
        var vertical = tensor(Sobel, [3, 3]);
        var weight = stack([vertical, vertical.t(), ones(3, 3), -ones(3, 3)]).unsqueeze(1).expand(4, 3, 3, 3);
        using var vgg = new Vgg16FrontEnd([(weight, tensor(new[] { 0f, 0f, 0f, -1e6f }))], convention);
        var units = Search(vgg.call, 4, side: 5);
        Assert.Equal([0.25, 0.25], units.Take(2).Select(u => u.SpatialFrequency));
        Assert.Equal(0, Math.IEEERemainder(units[0].Metrics.Preferred, 180), 1e-3);
        Assert.Equal(90, units[1].Metrics.Preferred, 1e-3);
        Assert.Equal(Math.PI / 2, units[1].Cell.Orientation, 1e-4);
        Assert.Equal([UnitTuning.Tuned, UnitTuning.Tuned, UnitTuning.Untuned, UnitTuning.Silent], units.Select(u => u.Tuning));
        Assert.Equal(0.05, units[2].SpatialFrequency); // a sum of all pixels prefers the slowest change
    }

    /// <summary>The larger lobe is at 0 degrees, the middle between the lobes: aligning there would average a trough, so the unit does not count as tuned.</summary>
    [Fact]
    public void UnitOfTwoLobes_IsNotTuned_ThoughItIsSelective()
    {
        using var scope = NewDisposeScope();
        using var gabors = GaborBank.Paper.PaddedKernels();
        using Scalar less = 0.9;
        var first = gabors[..1];
        var second = gabors.slice(0, 8, 9, 1).mul(less); // the same filter turned by 45 degrees
        var found = Search(images => maximum(Drive(images, first), Drive(images, second)), 1, side: 25)[0];
        Assert.True(found.Metrics.Osi > PreferredGrating.LeastOsi);
        Assert.InRange(found.Metrics.Preferred, 10, 35);
        Assert.Equal(UnitTuning.ManyPeaked, found.Tuning);

        var single = Search(images => Drive(images, first), 1, side: 25)[0];
        Assert.Equal(UnitTuning.Tuned, single.Tuning);
        Assert.Equal(0, Math.IEEERemainder(single.Metrics.Preferred, 180), 0.1);

        static Tensor Drive(Tensor images, Tensor filter) => nn.functional.relu(nn.functional.conv2d(images, filter, padding: [10, 10]));
    }

    private static IReadOnlyList<PreferredGrating> Search(Func<Tensor, Tensor> model, int channels, int side) =>
        PreferredGrating.Search(model, channels, new OrientationTuningOptions { ImageSize = side }, null, TestContext.Current.CancellationToken);
}
