using DivNorm.Layers;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Tests.Layers;

public sealed class SchwartzSimoncelliTests
{
    private static readonly SchwartzSimoncelliOptions Local = new() { Window = 1, Epsilon = 0, FitPenalty = 0 };

    [Fact]
    public void Layer_MatchesClosedForm_AtItsStart()
    {
        using var scope = NewDisposeScope();
        using var layer = new SchwartzSimoncelli(3, Local with { Window = 3, InitialSigma = 2 }, dtype: ScalarType.Float64);
        double[] values = [1, -2, 3];
        var output = layer.call(tensor(values).view(1, 3, 1, 1).expand(1, 3, 5, 5));
        for (int channel = 0; channel < 3; channel++)
            Assert.Equal(values[channel] * values[channel] / (4 + 0.5 * 14), output[0, channel, 2, 2].item<double>(), 12);
    }

    [Fact]
    public void Fit_WithoutNeighbours_GivesTheMeanSquare()
    {
        // one channel and a 1x1 window: a unit is no neighbour of its own, w is 0, and sigma^2 = mean L^2 is the closed form
        using var scope = NewDisposeScope();
        using var layer = new SchwartzSimoncelli(1, Local, dtype: ScalarType.Float64);
        var data = 1.7 * randn(3, 1, 20, 20, dtype: ScalarType.Float64);
        var result = Fit(layer, [data]);
        double mean = data.square().mean().item<double>();
        Assert.True(result.Converged);
        Assert.Equal(1200, result.Positions);
        Assert.Equal(0, layer.NeighborWeight.abs().max().item<double>());
        Assert.Equal(mean, layer.Sigma.square().item<double>(), 1e-5 * mean);
        Assert.Equal((Math.Log(mean) + 1) / 2, result.Loss, 1e-8);
        Assert.Equal(result.IndependentLoss, result.Loss, 1e-8);
    }

    [Fact]
    public void Fit_FindsTheWeightsThatMadeTheData()
    {
        using var scope = NewDisposeScope();
        var (data, weights, sigma) = Known(40_000);
        using var layer = new SchwartzSimoncelli(3, Local with { FitPositions = 40_000 }, dtype: ScalarType.Float64);
        var result = Fit(layer, [data]);
        Assert.True(result.Converged);
        Assert.True(result.Loss < result.IndependentLoss - 0.05);

        // only channel 2 was made of the others: its weights are known. The standard error of a weight at 40,000 positions is about .01
        var found = layer.NeighborWeight.detach().view(3, 3);
        Assert.Equal(weights[0], found[2, 0].item<double>(), 0.05);
        Assert.Equal(weights[1], found[2, 1].item<double>(), 0.05);
        Assert.Equal(0, found[2, 2].item<double>());
        Assert.Equal(sigma, layer.Sigma[2].item<double>(), 0.05);
    }

    [Fact]
    public void Fit_OfRectifiedResponses_FindsTheWeightsToo()
    {
        // half of the third channel's positions are 0; they say nothing about its variance
        using var scope = NewDisposeScope();
        var (data, weights, sigma) = Known(40_000);
        using var layer = new SchwartzSimoncelli(3, Local with { FitPositions = 40_000 }, dtype: ScalarType.Float64);
        data[0, 2].clamp_(min: 0);
        Fit(layer, [data]);
        Assert.Equal(weights[0], layer.NeighborWeight[2, 0].item<double>(), 0.07);
        Assert.Equal(weights[1], layer.NeighborWeight[2, 1].item<double>(), 0.07);
        Assert.Equal(sigma, layer.Sigma[2].item<double>(), 0.05);
    }

    [Fact]
    public void Fit_EndsWhereTheLikelihoodIsStationary()
    {
        // the conditions of Karush, Kuhn and Tucker: a step down the slope, cut off at zero, leaves every weight where it is
        using var scope = NewDisposeScope();
        const double penalty = 1e-2;
        var options = Local with { Window = 3, FitPenalty = penalty, FitTolerance = 1e-10, FitIterations = 5000, FitPositions = 100_000 };
        using var layer = new SchwartzSimoncelli(2, options, dtype: ScalarType.Float64);
        var noise = randn([4, 2, 24, 24], ScalarType.Float64, generator: new Generator(9));
        var data = noise * (0.3 + nn.functional.avg_pool2d(noise.square().mean([1], keepdim: true), 5, 1, 2)).sqrt();
        var result = Fit(layer, [data]);
        Assert.True(result.Converged);

        var energy = data.square();
        var variance = nn.functional.conv2d(energy, layer.NeighborWeight, padding: [1, 1]) + layer.Sigma.square().view(1, 2, 1, 1);
        long positions = energy.numel() / 2;
        var loss = (variance.log() + energy / variance).sum() / (2 * positions) + layer.NeighborWeight.square().sum() * (penalty / 2);
        loss.backward();
        var (weight, slope) = (layer.NeighborWeight.detach().view(-1), layer.NeighborWeight.grad!.view(-1));
        for (int i = 0; i < weight.shape[0]; i++)
        {
            if (i is 4 or 31)
                continue; // a unit on itself
            double w = weight[i].item<double>(), g = slope[i].item<double>();
            Assert.True(Math.Abs(w - Math.Max(0, w - g)) < 5e-4, $"w[{i}] = {w}, slope {g}");
        }

        Assert.True(layer.Sigma.grad!.abs().max().item<double>() < 1e-4);
    }

    [Fact]
    public void Fit_IsTheSame_WhateverTheBatches_AndDrawsNoMoreThanItMay()
    {
        using var scope = NewDisposeScope();
        var (data, _, _) = Known(4000);
        var maps = data.view(1, 3, 40, 100).repeat(3, 1, 1, 1) * tensor(new[] { 1.0, 2, 3 }).view(3, 1, 1, 1);
        var options = Local with { FitPositions = 500, FitIterations = 50, Seed = 8 };
        using var whole = new SchwartzSimoncelli(3, options, dtype: ScalarType.Float64);
        using var parts = new SchwartzSimoncelli(3, options, dtype: ScalarType.Float64);
        using var other = new SchwartzSimoncelli(3, options with { Seed = 9 }, dtype: ScalarType.Float64);
        var result = Fit(whole, [maps]);
        Fit(parts, maps.split(1));
        Fit(other, [maps]);
        Assert.Equal(500, result.Positions);
        Assert.True(whole.NeighborWeight.eq(parts.NeighborWeight).all().item<bool>());
        Assert.True(whole.Sigma.eq(parts.Sigma).all().item<bool>());
        Assert.False(whole.NeighborWeight.eq(other.NeighborWeight).all().item<bool>());
    }

    [Fact]
    public void Fit_ScalesWithTheUnitsOfTheInput()
    {
        using var scope = NewDisposeScope();
        var (data, _, _) = Known(3000);
        using var layer = new SchwartzSimoncelli(3, Local, dtype: ScalarType.Float64);
        using var scaled = new SchwartzSimoncelli(3, Local, dtype: ScalarType.Float64);
        Fit(layer, [data]);
        Fit(scaled, [1000 * data]);
        Assert.True(layer.NeighborWeight.allclose(scaled.NeighborWeight, rtol: 1e-6, atol: 1e-9));
        Assert.True((1000 * layer.Sigma).allclose(scaled.Sigma, rtol: 1e-6));
    }

    [Fact]
    public void Fit_HoldsOnSilentChannels_AndBlankPlaces()
    {
        using var scope = NewDisposeScope();
        using var layer = new SchwartzSimoncelli(3, new SchwartzSimoncelliOptions());
        var data = randn(2, 3, 16, 16);
        data.slice(1, 1, 2, 1).zero_();  // a silent channel
        data.slice(2, 0, 8, 1).zero_();  // half of every map blank
        var result = Fit(layer, [data]);
        Assert.True(double.IsFinite(result.Loss));
        Assert.All(layer.parameters(), p => Assert.True(p.isfinite().all().item<bool>() && p.min().item<float>() >= 0));
        Assert.True(layer.call(data).isfinite().all().item<bool>());
    }

    [Fact]
    public void Fit_LeaksNoTensor_AndNeedsNoGradients()
    {
        using var layer = new SchwartzSimoncelli(2, new SchwartzSimoncelliOptions { FitIterations = 5, FitPositions = 50 });
        using var data = randn([3, 2, 12, 12], requires_grad: true);
        Fit(layer, [data]);
        var statistics = DisposeScopeManager.Statistics.TensorStatistics;
        long before = statistics.ThreadTotalLiveCount;
        Fit(layer, [data, data]);
        Assert.Equal(before, statistics.ThreadTotalLiveCount);
        Assert.All(layer.parameters(), p => Assert.True(p.requires_grad && p.grad is null));
    }

    [Fact]
    public void Fit_RefusesWhatItCannotUse_AndLeavesTheWeights()
    {
        using var scope = NewDisposeScope();
        using var layer = new SchwartzSimoncelli(2);
        var before = layer.NeighborWeight.clone();
        Assert.Contains("none were given", Assert.Throws<ArgumentException>(() => Fit(layer, [])).Message, StringComparison.Ordinal);
        Assert.Contains("takes [N, 2, H, W]", Assert.Throws<ArgumentException>(() => Fit(layer, [rand(1, 3, 4, 4)])).Message, StringComparison.Ordinal);
        Assert.Contains("finite", Assert.Throws<ArgumentException>(() => Fit(layer, [full([1, 2, 4, 4], float.NaN)])).Message, StringComparison.Ordinal);
        Assert.Throws<OperationCanceledException>(() => layer.Fit([rand(1, 2, 4, 4)], new CancellationToken(canceled: true)));
        Assert.True(before.eq(layer.NeighborWeight).all().item<bool>());
    }

    [Fact]
    public void BadOption_IsNamedWithValueAndRange()
    {
        SchwartzSimoncelliOptions options = new();
        Check(options with { Window = 2 }, "SchwartzSimoncelliOptions.Window is 2; it must be odd");
        Check(options with { InitialWeight = -1 }, "InitialWeight is -1; it must be 0 or greater");
        Check(options with { InitialSigma = 0 }, "InitialSigma is 0; it must be greater than 0");
        Check(options with { Epsilon = -1 }, "Epsilon is -1; it must be 0 or greater");
        Check(options with { FitPenalty = -1 }, "FitPenalty is -1; it must be 0 or greater");
        Check(options with { FitPositions = 0 }, "FitPositions is 0; it must be 1 or more");
        Check(options with { FitIterations = 0 }, "FitIterations is 0; it must be 1 or more");
        Check(options with { FitTolerance = 0 }, "FitTolerance is 0; it must be greater than 0");

        static void Check(SchwartzSimoncelliOptions bad, string message) =>
            Assert.Contains(message, Assert.Throws<ArgumentOutOfRangeException>(() => new SchwartzSimoncelli(2, bad)).Message, StringComparison.Ordinal);
    }

    private static LabelFreeFitResult Fit(nn.Module<Tensor, Tensor> layer, IEnumerable<Tensor> activations) =>
        Assert.IsType<ILabelFreeFit>(layer, exactMatch: false).Fit(activations, TestContext.Current.CancellationToken);

    /// <summary>Two independent channels, and a third whose variance they make: .8 L0^2 + .3 L1^2 + .6^2.</summary>
    private static (Tensor Data, double[] Weights, double Sigma) Known(int positions)
    {
        double[] weights = [0.8, 0.3];
        const double sigma = 0.6;
        var noise = randn([3, positions], ScalarType.Float64, generator: new Generator(21));
        var variance = weights[0] * noise[0].square() + weights[1] * noise[1].square() + sigma * sigma;
        var data = stack([noise[0], noise[1], noise[2] * variance.sqrt()]);
        return (data.view(1, 3, 1, positions), weights, sigma);
    }
}
