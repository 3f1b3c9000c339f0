using DivNorm.Lab.Training;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Lab.Tests.Training;

public sealed class SgdTests
{
    [Fact]
    public void Steps_FollowTheEquations_WithMomentumDecayAndRates()
    {
        using var model = nn.Linear(1, 1);
        var (weight, bias) = ((Parameter)model.weight, model.bias!);
        using (no_grad())
        {
            weight.fill_(2.0);
            bias.fill_(1.0);
        }

        using var sgd = new Sgd(model, 0.5, (name, _) => name == "weight" ? new SgdTreatment(1, 0.1) : new SgdTreatment(0.25));
        double w = 2, b = 1, vw = 0, vb = 0;
        for (int i = 0; i < 5; i++)
        {
            // loss 3 w + 4 b: constant gradients
            sgd.ZeroGrad();
            (weight.sum() * 3 + bias.sum() * 4).backward();
            sgd.Step(0.1);
            vw = 0.5 * vw + 3 + 0.1 * w;
            vb = 0.5 * vb + 4;
            w -= 0.1 * vw;
            b -= 0.1 * 0.25 * vb;
            Assert.Equal(w, weight.item<float>(), 1e-5);
            Assert.Equal(b, bias.item<float>(), 1e-5);
        }

        Assert.Equal(vw, sgd.Velocities.Single(v => v.Name == "weight").Velocity.item<float>(), 1e-5);
    }

    [Fact]
    public void WithoutTreatment_EveryParameterMovesAtTheFullRate()
    {
        using var model = nn.Linear(1, 1);
        float weight = model.weight.item<float>(), bias = model.bias!.item<float>();
        using var sgd = new Sgd(model);
        (model.weight.sum() + model.bias.sum()).backward();
        sgd.Step(0.5);
        Assert.Equal(weight - 0.5f, model.weight.item<float>(), 1e-6f);
        Assert.Equal(bias - 0.5f, model.bias.item<float>(), 1e-6f);
    }

    [Fact]
    public void Momentum_OutOfRange_IsRefused()
    {
        using var model = nn.Linear(1, 1);
        Assert.Contains("momentum is 1; it must be 0 up to 1", Assert.Throws<ArgumentOutOfRangeException>(() => new Sgd(model, 1)).Message, StringComparison.Ordinal);
    }
}
