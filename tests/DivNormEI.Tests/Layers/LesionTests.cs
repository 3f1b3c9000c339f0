using DivNorm.Layers;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using Layer = DivNorm.Layers.DivNormEI;

namespace DivNorm.Tests.Layers;

/// <summary>DivNormEI with parts of Eq. 5 left out.</summary>
public sealed class LesionTests
{
    private static readonly DivNormEIOptions Seeded = new() { Seed = 3, DivisionKernel = 3, ExcitationKernel = 5, InhibitionKernel = 3 };

    [Theory]
    [InlineData(LateralParts.ExcitationOnly, ScalarType.Float32)]
    [InlineData(LateralParts.ExcitationOnly, ScalarType.Float64)]
    [InlineData(LateralParts.InhibitionOnly, ScalarType.Float32)]
    [InlineData(LateralParts.InhibitionOnly, ScalarType.Float64)]
    [InlineData(LateralParts.None, ScalarType.Float32)]
    [InlineData(LateralParts.None, ScalarType.Float64)]
    public void Lesion_IsTheWholeLayer_WithTheWeightsOfTheMissingPartAtZero(LateralParts parts, ScalarType type)
    {
        foreach (var source in Enum.GetValues<ExcitationSource>())
        {
            foreach (string kernel in DivNormEIOptions.AvailableKernels)
            {
                using var scope = NewDisposeScope();
                var options = Seeded with { ExcitationSource = source, Kernel = kernel, LateralBias = true };
                using var whole = new Layer(4, options, dtype: type);
                using var lesioned = new Layer(4, options with { LateralParts = parts }, dtype: type);
                using (no_grad())
                {
                    if (lesioned.ExcitationWeight is null)
                    {
                        whole.ExcitationWeight!.zero_();
                        whole.ExcitationBias!.zero_();
                    }

                    if (lesioned.InhibitionWeight is null)
                    {
                        whole.InhibitionWeight!.zero_();
                        whole.InhibitionBias!.zero_();
                    }
                }

                // in training the batch norm takes out what a bias adds, and its gradient is rounding alone
                whole.eval();
                lesioned.eval();
                var input = randn([2, 4, 11, 9], type, generator: new Generator(1));
                var mine = input.clone().requires_grad_();
                var theirs = input.clone().requires_grad_();
                using var expected = whole.Stages(theirs);
                using var actual = lesioned.Stages(mine);
                Close(expected.Excitation, actual.Excitation);
                Close(expected.Inhibition, actual.Inhibition);
                Close(expected.Integrated, actual.Integrated);
                Close(expected.Output, actual.Output);
                expected.Output.square().sum().backward();
                actual.Output.square().sum().backward();
                Close(theirs.grad!, mine.grad!);
                var gradients = whole.named_parameters().ToDictionary(p => p.name, p => p.parameter.grad!);
                Assert.All(lesioned.named_parameters(), p => Close(gradients[p.name], p.parameter.grad!));
            }
        }

        void Close(Tensor expected, Tensor actual)
        {
            // in single precision the two may take different ways through the transforms
            double tolerance = type == ScalarType.Float32 ? 2e-5 : 1e-12;
            Assert.True((expected - actual).abs().max().ToDouble() <= tolerance * Math.Max(1, expected.abs().max().ToDouble()));
        }
    }

    [Theory]
    [InlineData(LateralParts.ExcitationOnly, new[] { "w_div", "w_exc", "b_exc", "sigma" })]
    [InlineData(LateralParts.InhibitionOnly, new[] { "w_div", "w_inh", "b_inh", "sigma" })]
    [InlineData(LateralParts.None, new[] { "w_div", "sigma" })]
    public void LesionedWeights_AreNoParameters_AndNotInTheStateDict(LateralParts parts, string[] names)
    {
        using var layer = new Layer(3, Seeded with { LateralBias = true, LateralParts = parts });
        Assert.Equal(names.Order(), layer.named_parameters().Select(p => p.name).Where(name => !name.StartsWith("bn.", StringComparison.Ordinal)).Order());
        Assert.Equal(names.Order(), layer.state_dict().Keys.Where(name => !name.StartsWith("bn.", StringComparison.Ordinal)).Order());
        Assert.Equal(parts == LateralParts.ExcitationOnly, layer.ExcitationWeight is not null);
        Assert.Equal(parts == LateralParts.InhibitionOnly, layer.InhibitionBias is not null);
    }

    [Fact]
    public void WithOneSeed_TheRemainingPartsStartAsInTheWholeLayer()
    {
        using var whole = new Layer(3, Seeded);
        using var inhibition = new Layer(3, Seeded with { LateralParts = LateralParts.InhibitionOnly });
        Assert.True(whole.InhibitionWeight!.eq(inhibition.InhibitionWeight!).all().item<bool>());
    }

    [Fact]
    public void DivisionOnly_IsEquation2And6_WithoutAConvolution()
    {
        using var scope = NewDisposeScope();
        using var layer = new Layer(3, Seeded with { LateralParts = LateralParts.None });
        layer.eval();
        var input = randn(1, 3, 6, 6);
        Assert.Equal("none", layer.KernelPath(1, 3, 6, 6));
        var expected = nn.functional.relu(layer.BatchNorm.call(layer.Normalize(input)));
        Assert.True(expected.eq(layer.call(input)).all().item<bool>());
    }

    [Fact]
    public void UnknownParts_AreRefused()
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new Layer(2, new DivNormEIOptions { LateralParts = (LateralParts)9 }));
        Assert.Contains("LateralParts is 9", error.Message, StringComparison.Ordinal);
    }
}
