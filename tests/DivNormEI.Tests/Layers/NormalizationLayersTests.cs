using DivNorm.Layers;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Tests.Layers;

/// <summary>What every normalisation model holds to, whatever it computes.</summary>
public sealed class NormalizationLayersTests
{
    private const int Seed = 3;

    public static TheoryData<string> Names => [.. NormalizationLayers.Names];

    /// <summary>The models with weights of their own that have a sign to keep.</summary>
    public static TheoryData<string> Constrained => [.. NormalizationLayers.Names.Where(name => name is not ("none" or "bn-relu" or "lrn"))];

    [Theory]
    [MemberData(nameof(Names))]
    public void Layer_KeepsTheShape_OfAnyInput(string name)
    {
        using var layer = NormalizationLayers.Find(name).Create(6, Seed);
        layer.eval();
        foreach (long[] shape in (long[][])[[2, 6, 7, 5], [1, 6, 1, 1], [3, 6, 1, 9], [1, 6, 16, 2]])
        {
            using var scope = NewDisposeScope();
            var output = layer.call(randn(shape));
            Assert.Equal(shape, output.shape);
            Assert.True(output.isfinite().all().item<bool>());
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Layer_GradientsMatchFiniteDifferences(string name)
    {
        using var layer = NormalizationLayers.Find(name).Create(3, Seed, dtype: ScalarType.Float64);
        using var generator = new Generator(11);
        using var input = randn([2, 3, 4, 5], ScalarType.Float64, generator: generator);
        Perturb(layer, generator);
        Gradients.MatchFiniteDifferences(layer, input);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Layer_HasFiniteOutputAndGradients_AtZero(string name)
    {
        using var scope = NewDisposeScope();
        using var layer = NormalizationLayers.Find(name).Create(4, Seed);
        layer.eval();
        var input = zeros([1, 4, 5, 5], requires_grad: true);
        var output = layer.call(input);
        output.sum().backward();
        Assert.True(output.isfinite().all().item<bool>());
        Assert.True(input.grad!.isfinite().all().item<bool>());
        foreach (var (parameter, tensor) in layer.named_parameters().Where(p => p.parameter.grad is not null))
            Assert.True(tensor.grad!.isfinite().all().item<bool>(), parameter);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Layer_InFloat32_AgreesWithFloat64(string name)
    {
        using var scope = NewDisposeScope();
        using var single = NormalizationLayers.Find(name).Create(8, Seed, dtype: ScalarType.Float32);
        using var twice = NormalizationLayers.Find(name).Create(8, Seed, dtype: ScalarType.Float64);
        var input = randn(2, 8, 9, 9, dtype: ScalarType.Float32, generator: new Generator(5));
        var wide = input.to(ScalarType.Float64);
        input.requires_grad_();
        wide.requires_grad_();
        var (a, b) = (single.call(input), twice.call(wide));
        Close(b, a);
        a.square().sum().backward();
        b.square().sum().backward();
        Close(wide.grad!, input.grad!);

        // single precision keeps 24 bits: 1e-4 of the largest leaves room for sums of a few hundred terms and a batch norm on top
        static void Close(Tensor expected, Tensor actual) =>
            Assert.True((expected - actual.to(ScalarType.Float64)).abs().max().item<double>() <= 1e-4 * expected.abs().max().item<double>());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Layer_ComesBackFromItsFile_AndFromAStateDict(string name)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(13);
        using var layer = NormalizationLayers.Find(name).Create(4, Seed);
        Perturb(layer, generator);
        layer.eval();
        var input = randn([2, 4, 6, 6], generator: generator);
        var expected = layer.call(input);

        using var other = NormalizationLayers.Find(name).Create(4, Seed + 1);
        other.load_state_dict(layer.state_dict());
        other.eval();
        Assert.True(expected.eq(other.call(input)).all().item<bool>());

        using var stream = new MemoryStream();
        layer.save(stream);
        using var third = NormalizationLayers.Find(name).Create(4, Seed + 2);
        third.load(new MemoryStream(stream.ToArray()));
        third.eval();
        Assert.True(expected.eq(third.call(input)).all().item<bool>());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Layer_ConvertedToFloat64_Computes(string name)
    {
        using var scope = NewDisposeScope();
        using var layer = NormalizationLayers.Find(name).Create(4, Seed, dtype: ScalarType.Float32);
        layer.to(ScalarType.Float64);
        layer.eval();
        using var wide = NormalizationLayers.Find(name).Create(4, Seed, dtype: ScalarType.Float64);
        wide.eval();
        var input = randn(2, 4, 6, 6, dtype: ScalarType.Float64);
        Assert.True(wide.call(input).allclose(layer.call(input), rtol: 1e-4, atol: 1e-5));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void SameSeed_GivesTheSameWeights(string name)
    {
        using var scope = NewDisposeScope();
        using var a = NormalizationLayers.Find(name).Create(5, Seed);
        using var b = NormalizationLayers.Find(name).Create(5, Seed);
        var other = b.state_dict();
        Assert.All(a.state_dict(), pair => Assert.True(pair.Value.eq(other[pair.Key]).all().item<bool>(), pair.Key));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryParameter_IsReachedByTheOutput(string name)
    {
        using var scope = NewDisposeScope();
        using var layer = NormalizationLayers.Find(name).Create(3, Seed);
        layer.call((rand(2, 3, 6, 6) + 0.1).requires_grad_()).square().sum().backward();
        Assert.All(layer.named_parameters(), p => Assert.NotNull(p.parameter.grad));
    }

    [Theory]
    [MemberData(nameof(Constrained))]
    public void EffectiveWeights_StayNonNegative_WhateverTheOptimiserDoes(string name)
    {
        using var layer = NormalizationLayers.Find(name).Create(3, Seed);
        using var optimizer = optim.SGD(layer.parameters(), 30, momentum: 0.9);
        for (int step = 0; step < 10; step++)
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            var output = layer.call(randn(2, 3, 6, 6));
            (output * randn_like(output)).sum().backward();
            foreach (var parameter in layer.parameters())
                parameter.grad?.nan_to_num_(0, 1, -1).clamp_(-1, 1); // such steps would reach infinity, which no constraint on signs mends
            optimizer.step();
            foreach (var (weight, tensor) in Effective(layer))
                Assert.True(tensor.min().item<float>() >= 0, $"{weight} after step {step}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Layer_SurvivesTheScopeItWasMadeIn_AndLeaksNoTensor(string name)
    {
        nn.Module<Tensor, Tensor> layer;
        using (NewDisposeScope())
            layer = NormalizationLayers.Find(name).Create(2, Seed);
        using (layer)
        {
            using var input = rand(2, 2, 6, 6);
            layer.call(input).Dispose(); // what a layer keeps for good it has after one pass
            var statistics = DisposeScopeManager.Statistics.TensorStatistics;
            long before = statistics.ThreadTotalLiveCount;
            for (int i = 0; i < 20; i++)
            {
                using var scope = NewDisposeScope();
                var output = layer.call(input).sum();
                if (output.requires_grad)
                    output.backward();
                layer.zero_grad();
            }

            Assert.Equal(before, statistics.ThreadTotalLiveCount);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void DisposedLayer_LeavesNoTensor(string name)
    {
        var statistics = DisposeScopeManager.Statistics.TensorStatistics;
        long before = statistics.ThreadTotalLiveCount;
        NormalizationLayers.Find(name).Create(2, Seed).Dispose();
        Assert.Equal(before, statistics.ThreadTotalLiveCount);
    }

    [Theory]
    [MemberData(nameof(Constrained))]
    public void BadInput_IsAnsweredClearly(string name)
    {
        using var layer = NormalizationLayers.Find(name).Create(3, Seed, dtype: ScalarType.Float32);
        Assert.Contains("takes [N, 3, H, W]; the input is [1, 2, 8, 8]", Assert.Throws<ArgumentException>(() => layer.call(zeros(1, 2, 8, 8))).Message, StringComparison.Ordinal);
        Assert.Contains("the input is [3, 8, 8]", Assert.Throws<ArgumentException>(() => layer.call(zeros(3, 8, 8))).Message, StringComparison.Ordinal);
        Assert.Contains("Float32 and the input is Float64", Assert.Throws<ArgumentException>(() => layer.call(zeros(1, 3, 8, 8, dtype: ScalarType.Float64))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => NormalizationLayers.Find(name).Create(0, Seed));
        Assert.Throws<ArgumentOutOfRangeException>(() => NormalizationLayers.Find(name).Create(1, Seed, dtype: ScalarType.Float16));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Layer_SeesAsFarAsItsReach_AndNoFarther(string name)
    {
        using var layer = NormalizationLayers.Find(name).Create(3, Seed, dtype: ScalarType.Float64);
        SeesAsFarAsItsReach(layer);
    }

    [Theory]
    [InlineData(5, 9, 7, ExcitationSource.Input, LateralParts.ExcitationAndInhibition, 5)]
    [InlineData(3, 13, 5, ExcitationSource.Input, LateralParts.ExcitationAndInhibition, 6)]
    [InlineData(3, 13, 5, ExcitationSource.Normalized, LateralParts.ExcitationAndInhibition, 7)]
    [InlineData(3, 13, 5, ExcitationSource.Normalized, LateralParts.InhibitionOnly, 3)]
    [InlineData(7, 5, 13, ExcitationSource.Input, LateralParts.ExcitationOnly, 3)]
    [InlineData(5, 13, 13, ExcitationSource.Input, LateralParts.None, 2)]
    public void DivNormEI_SeesAsFarAsItsKernels(int division, int excitation, int inhibition, ExcitationSource source, LateralParts parts, int reach)
    {
        var options = new DivNormEIOptions
        {
            DivisionKernel = division,
            ExcitationKernel = excitation,
            InhibitionKernel = inhibition,
            ExcitationSource = source,
            LateralParts = parts,
            Seed = Seed,
        };
        using var layer = new DivNorm.Layers.DivNormEI(3, options, dtype: ScalarType.Float64);
        Assert.Equal(reach, layer.Reach);
        SeesAsFarAsItsReach(layer);
    }

    [Theory]
    [InlineData(3, 7)]
    [InlineData(5, 12)]
    public void Burg_SeesAsFarAsItsSurround(int surround, int reach)
    {
        using var layer = new BurgNormalization(3, new BurgNormalizationOptions { SurroundSize = surround, Seed = Seed }, dtype: ScalarType.Float64);
        Assert.Equal(reach, layer.Reach);
        SeesAsFarAsItsReach(layer);
    }

    [Fact]
    public void Module_ThatDoesNotSayHowFarItSees_IsNamed()
    {
        using var pool = nn.AdaptiveAvgPool2d(1);
        Assert.Contains("does not say how far it reaches", Assert.Throws<NotSupportedException>(() => LayerReach.Of(pool)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void UnknownName_IsAnsweredWithEveryName()
    {
        var error = Assert.Throws<ArgumentException>(() => NormalizationLayers.Find("layernorm"));
        Assert.Contains("'layernorm'", error.Message, StringComparison.Ordinal);
        Assert.All(NormalizationLayers.Names, name => Assert.Contains(name, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void EveryModel_IsDescribed_UnderANameOfItsOwn()
    {
        Assert.Equal(NormalizationLayers.Names.Count, NormalizationLayers.Names.Distinct().Count());
        Assert.All(NormalizationLayers.All, layer => Assert.All([layer.Title, layer.Equation, layer.Citation], Assert.NotEmpty));
        Assert.DoesNotContain(NormalizationLayers.All, layer => layer.Equation.Contains('\n', StringComparison.Ordinal));
    }

    /// <summary>Moves every parameter off its start, where some gradients are special; what must not be negative stays above zero.</summary>
    private static void Perturb(nn.Module layer, Generator generator)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var parameter in layer.parameters())
            parameter.add_(0.05 + 0.1 * rand(parameter.shape, parameter.dtype, generator: generator));
    }

    /// <summary>Another value in the middle changes answers up to the reach away, and none beyond.</summary>
    private static void SeesAsFarAsItsReach(nn.Module<Tensor, Tensor> layer)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var generator = new Generator(17);
        Perturb(layer, generator);
        int reach = LayerReach.Of(layer), middle = 2 * reach + 6, side = 2 * middle + 1; // borders, where sums are smaller, are to be a small part
        var input = 0.1 + rand([4, 3, side, side], ScalarType.Float64, generator: generator);
        for (int i = 0; i < 30; i++)
            layer.call(input); // a batch norm is to leave values on both sides of the ReLU's kink
        layer.eval();
        var other = input.clone();
        other[.., .., middle, middle] = other[.., .., middle, middle] + 0.5;
        var changed = layer.call(input).ne(layer.call(other)).any(0).any(0);
        Assert.Equal(reach, Enumerable.Range(0, side * side).Where(i => changed[i / side, i % side].item<bool>()).Max(i => Math.Max(Math.Abs(i / side - middle), Math.Abs(i % side - middle))));
    }

    /// <summary>The weights as the equations have them.</summary>
    private static IEnumerable<(string Name, Tensor Weight)> Effective(nn.Module layer) => layer switch
    {
        Gdn gdn => [("beta", gdn.Beta()), ("gamma", gdn.Gamma())],
        BurgNormalization burg => [("n", burg.Exponent()), ("eta", burg.SemiSaturation()), ("p", burg.PoolWeight())],
        _ => layer.state_dict().Where(pair => pair.Key.StartsWith('w')).Select(pair => (pair.Key, pair.Value)),
    };
}
