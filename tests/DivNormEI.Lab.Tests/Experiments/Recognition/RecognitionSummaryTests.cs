using DivNorm.Lab.Experiments.Recognition;
using DivNorm.Lab.Training;
using DivNorm.Layers;
using TorchSharp;
using Xunit;

namespace DivNorm.Lab.Tests.Experiments.Recognition;

public sealed class RecognitionSummaryTests
{
    [Fact]
    public void Interval_IsStudentsWithOneDegreeOfFreedomLess()
    {
        var two = PairedDifference.Of([0.01, 0.03]);
        Assert.Equal(0.02, two.Mean, 1e-12);
        Assert.Equal(0.02 / Math.Sqrt(2), two.Deviation, 1e-12);
        Assert.Equal(0.02 - 12.7062047 * 0.01, two.Low, 1e-8); // t(.975, 1) = 12.7062047, standard error .01
        Assert.Equal(0.02 + 12.7062047 * 0.01, two.High, 1e-8);
        var five = PairedDifference.Of([1, 2, 3, 4, 5]);
        Assert.Equal(3 - 2.77644511 * Math.Sqrt(2.5 / 5), five.Low, 1e-6); // t(.975, 4) = 2.77644511
        var one = PairedDifference.Of([0.5]);
        Assert.True(one.Mean == 0.5 && double.IsNaN(one.Deviation) && double.IsNaN(one.Low) && double.IsNaN(one.High));
        Assert.Throws<ArgumentException>(() => PairedDifference.Of([]));
    }

    [Fact]
    public void Summary_ComparesWithinPairs_WithTheBaselineAndTheControl()
    {
        var summary = RecognitionSummaries.Of(
        [
            Run(1, "baseline", 100, [0.2, 0.4], 2), Run(1, "control", 110, [0.3, 0.5], 3), Run(1, "divnorm", 200, [0.4, 0.45], 4),
            Run(2, "baseline", 100, [0.1, 0.6], 2), Run(2, "control", 110, [0.2, 0.5], 3), Run(2, "divnorm", 200, [0.5, 0.55], 4),
        ]);
        Assert.Equal(["baseline", "control", "divnorm"], summary.Models.Select(m => m.Model));
        Assert.Equal(new Spread(0.5, 0.4, 0.6), summary.Models[0].ValidationTop1);
        Assert.Equal([("control", "baseline"), ("divnorm", "baseline"), ("divnorm", "control")], summary.Comparisons.Select(c => (c.Model, c.Against)));
        var paper = summary.Comparisons[1];
        Assert.Equal([0.05, -0.05], paper.Top1.Differences.Select(d => Math.Round(d, 10)));
        Assert.Equal([0.125, 0.175], paper.MeanTop1.Differences.Select(d => Math.Round(d, 10)));
        Assert.Equal([1, null], paper.EpochsToReach);
        Assert.Equal((2.0, 2.0), (paper.TimeRatio, paper.ParameterRatio));
    }

    [Theory]
    [InlineData(new[] { 0.02 }, "In the one pair it was better. One pair gives no interval")]
    [InlineData(new[] { 0.02, 0.0201 }, "It was better in every pair. The 95 % interval reaches from +1.9 points to +2.1 points; with two pairs")]
    [InlineData(new[] { 0.02, -0.01, 0.01 }, "It was better in 2 of 3 pairs: no clear difference. The 95 % interval over 3 pairs reaches from −3.1 points to +4.5 points and includes zero")]
    [InlineData(new[] { -0.02, -0.021, -0.019 }, "It hurts here. The 95 % interval over 3 pairs reaches from −2.2 points to −1.8 points and leaves zero out")]
    public void Verdict_SaysHowSureItIs(double[] differences, string expected)
    {
        ArgumentNullException.ThrowIfNull(differences);
        var runs = differences.SelectMany((d, i) => new[] { Run(i + 1, "baseline", 100, [0.5], 2), Run(i + 1, "divnorm", 100, [0.5 + d], 2) }).ToList();
        var summary = RecognitionSummaries.Of(runs);
        var results = new RecognitionResults(
            "", 1, new RecognitionData("", [], [], 0, 1000, 0), [], runs, summary, null, [], [], DivNorm.Lab.Experiments.RunEnvironment.Current());
        Assert.Contains(expected, RecognitionVerdict.Of(results, summary.Comparisons[0]), StringComparison.Ordinal);
        Assert.Contains("1,000 validation images leave each accuracy a standard error of about 1.6 points", RecognitionVerdict.Limits(results), StringComparison.Ordinal);
    }

    [Fact]
    public void Arms_StartFromTheSameSharedWeights_AndTheLayerNearItsInput()
    {
        var config = new RecognitionConfig { InputSize = 16, Width = 6, Hidden = 8 };
        using var baseline = RecognitionExperiment.Model(config, "baseline", 12, 5);
        var start = baseline.state_dict();
        foreach (string arm in RecognitionArms.Names)
        {
            using var model = RecognitionExperiment.Model(config, arm, 12, 5);
            var state = model.state_dict();
            Assert.All(start, p => Assert.True(p.Value.eq(state[p.Key]).all().item<bool>(), $"{arm} {p.Key}"));
            if (arm == "divnorm")
                Assert.Equal(1, ((DivNorm.Layers.DivNormEI)model.Normalizations[1]).ExcitationWeight![2, 2, 4, 4].item<float>());
        }

        // the layer's output, seen through its batch norm, is that of the control but for the division and a quiet surround
        using var scope = torch.NewDisposeScope();
        using var _ = torch.no_grad();
        var images = torch.randn(16, 3, 16, 16);
        var own = After("divnorm", BlockStart.SelfExcitation);
        var theirs = After("control", BlockStart.SelfExcitation);
        var papers = After("divnorm", BlockStart.Paper);
        Assert.True(Correlation(own, theirs) > 0.85, $"{Correlation(own, theirs)}");
        Assert.True(1 - Correlation(own, theirs) < (1 - Correlation(papers, theirs)) / 1.5, $"{Correlation(own, theirs)}, {Correlation(papers, theirs)}");

        torch.Tensor After(string arm, BlockStart how)
        {
            var model = RecognitionExperiment.Model(config with { Start = how }, arm, 12, 5);
            model.train();
            return model.FirstStage(images).After;
        }
    }

    private static double Correlation(torch.Tensor a, torch.Tensor b)
    {
        var (x, y) = (a.flatten() - a.mean(), b.flatten() - b.mean());
        return ((x * y).sum() / (x.square().sum() * y.square().sum()).sqrt()).item<float>();
    }

    private static RecognitionRun Run(int pair, string model, long parameters, double[] top1, double seconds) =>
        new(pair, model, pair, parameters, [.. top1.Select((t, i) => new EpochRecord(i + 1, 1, t, 1, t, t, seconds, 10, 0.1))]);
}
