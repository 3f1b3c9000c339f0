using DivNorm.Interop;
using DivNorm.Layers;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using Layer = DivNorm.Layers.DivNormEI;

namespace DivNorm.Tests.Interop;

public sealed class ModuleStateTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly DisposeScope scope = NewDisposeScope();

    private string Path => folder["state.safetensors"];

    [Fact]
    public void SavedModule_LoadsIntoAnother_InPlace()
    {
        using var first = Network(seed: 1);
        using var second = Network(seed: 2);
        var input = rand(2, 3, 8, 8);
        first.call(input).Dispose(); // moves the running statistics away from their start
        ModuleState.SaveModule(first, Path, new Dictionary<string, string> { ["epoch"] = "3" });

        var parameter = second.parameters().First();
        var result = ModuleState.LoadModule(second, Path);

        Assert.Empty(result.Missing);
        Assert.Empty(result.Unexpected);
        Assert.Same(parameter, second.parameters().First());
        Assert.True(parameter.requires_grad);
        foreach (var (name, value) in first.state_dict())
            Assert.True(value.Equals(second.state_dict()[name]), name);
        first.eval();
        second.eval();
        Assert.True(first.call(input).Equals(second.call(input)));
    }

    [Fact]
    public void Layer_IsSavedUnderThePapersNames()
    {
        using var layer = new Layer(2, DivNormEIOptions.AuthorsCode);
        ModuleState.SaveModule(layer, Path);
        using var file = SafetensorsFile.Open(Path);
        Assert.Equal(
            ["b_exc", "b_inh", "bn.bias", "bn.num_batches_tracked", "bn.running_mean", "bn.running_var", "bn.weight", "sigma", "w_div", "w_exc", "w_inh"],
            file.Tensors.Select(entry => entry.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Load_ConvertsBetweenFloatWidths()
    {
        using var wide = nn.Linear(3, 2, dtype: ScalarType.Float64);
        using var narrow = nn.Linear(3, 2);
        ModuleState.SaveModule(wide, Path);
        ModuleState.LoadModule(narrow, Path);
        Assert.Equal(ScalarType.Float32, narrow.weight.dtype);
        Assert.True(wide.weight.to(ScalarType.Float32).Equals(narrow.weight));
    }

    [Fact]
    public void Load_NamesWhatIsMissingOrUnexpected()
    {
        using var withBias = nn.Linear(3, 2);
        using var without = nn.Linear(3, 2, hasBias: false);

        ModuleState.SaveModule(without, Path);
        var missing = Assert.Throws<UserInputException>(() => ModuleState.LoadModule(withBias, Path));
        Assert.Equal($"{Path}: lacks 'bias', which the module has", missing.Message);
        var kept = withBias.bias!.clone();
        Assert.Equal(["bias"], ModuleState.LoadModule(withBias, Path, strict: false).Missing);
        Assert.True(kept.Equals(withBias.bias));
        Assert.True(without.weight.Equals(withBias.weight));

        ModuleState.SaveModule(withBias, Path);
        var unexpected = Assert.Throws<UserInputException>(() => ModuleState.LoadModule(without, Path));
        Assert.Equal($"{Path}: holds 'bias', which the module has not", unexpected.Message);
        Assert.Equal(["bias"], ModuleState.LoadModule(without, Path, strict: false).Unexpected);

        // names behind a prefix, as PyTorch's DataParallel has them
        SafetensorsFile.Write(Path, [("module.weight", withBias.weight), ("module.bias", withBias.bias!)]);
        var prefixed = Assert.Throws<UserInputException>(() => ModuleState.LoadModule(withBias, Path));
        Assert.Equal($"{Path}: lacks 'weight', 'bias', which the module has; it holds 'module.weight', 'module.bias', which the module has not", prefixed.Message);
        Assert.Empty(ModuleState.LoadModule(withBias, Path, prefix: "module.").Missing);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Load_NamesAShapeThatDiffers_AndLeavesTheModuleAsItWas(bool strict)
    {
        using var module = nn.Linear(3, 2);
        var before = module.bias!.clone();
        SafetensorsFile.Write(Path, [("bias", zeros(2)), ("weight", zeros(2, 4))]);
        var error = Assert.Throws<UserInputException>(() => ModuleState.LoadModule(module, Path, strict));
        Assert.Equal($"{Path}: tensor 'weight': expected shape [2, 3], found [2, 4]", error.Message);
        Assert.True(before.Equals(module.bias));
    }

    [Fact]
    public void Load_RefusesAnotherKindOfNumber()
    {
        using var module = nn.Linear(3, 2, hasBias: false);
        SafetensorsFile.Write(Path, [("weight", zeros(2, 3, dtype: ScalarType.Int32))]);
        var error = Assert.Throws<UserInputException>(() => ModuleState.LoadModule(module, Path));
        Assert.Equal($"{Path}: tensor 'weight': expected Float32, found I32", error.Message);
    }

    [Fact]
    public void SaveAndLoad_LeakNoTensor()
    {
        using var module = Network(seed: 1);
        ModuleState.SaveModule(module, Path);
        ModuleState.LoadModule(module, Path);
        var statistics = DisposeScopeManager.Statistics.TensorStatistics;
        var before = statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 10; i++)
        {
            ModuleState.SaveModule(module, Path);
            ModuleState.LoadModule(module, Path);
        }

        Assert.Equal(before, statistics.ThreadTotalLiveCount);
    }

    public void Dispose()
    {
        scope.Dispose();
        folder.Dispose();
    }

    private static TorchSharp.Modules.Sequential Network(long seed) =>
        nn.Sequential(("conv", nn.Conv2d(3, 4, 3)), ("norm", new Layer(4, DivNormEIOptions.AuthorsCode with { Seed = seed })));
}
