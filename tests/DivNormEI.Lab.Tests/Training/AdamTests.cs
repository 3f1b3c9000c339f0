using DivNorm.Lab.Training;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Lab.Tests.Training;

public sealed class AdamTests
{
    /// <summary>The algorithm of the paper in double precision, by hand.</summary>
    [Fact]
    public void Step_FollowsTheAlgorithm()
    {
        using var model = nn.Linear(1, 1, hasBias: false, dtype: ScalarType.Float64);
        using var adam = new DivNorm.Lab.Training.Adam(model);
        double weight = model.weight!.item<double>(), mean = 0, square = 0;
        for (int step = 1; step <= 5; step++)
        {
            using var scope = NewDisposeScope();
            double input = 0.3 * step - 1, rate = 0.1 / step;
            adam.ZeroGrad();
            model.call(tensor(new[] { input }, [1, 1], ScalarType.Float64)).square().sum().backward();
            adam.Step(rate);

            double gradient = 2 * weight * input * input;
            mean = 0.9 * mean + 0.1 * gradient;
            square = 0.999 * square + 0.001 * gradient * gradient;
            weight -= rate * (mean / (1 - Math.Pow(0.9, step))) / (Math.Sqrt(square / (1 - Math.Pow(0.999, step))) + 1e-8);
            Assert.Equal(weight, model.weight.item<double>(), 12);
        }
    }

    /// <summary>A step allocates while collections run all the time: scalars finalised under libtorch's hands would make it fail.</summary>
    [Fact]
    public async Task Step_SurvivesGarbageCollections()
    {
        using var model = nn.Linear(64, 64);
        using var adam = new DivNorm.Lab.Training.Adam(model);
        using var input = ones(4, 64);
        using var stop = new CancellationTokenSource();
        var collector = Task.Run(
            () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    GC.Collect();
                    GC.WaitForPendingFinalizers();
                }
            },
            TestContext.Current.CancellationToken);
        for (int step = 0; step < 300; step++)
        {
            using var scope = NewDisposeScope();
            adam.ZeroGrad();
            model.call(input).sum().backward();
            adam.Step(1e-3);
        }

        await stop.CancelAsync();
        await collector;
        Assert.Equal(300, adam.Steps);
    }
}
