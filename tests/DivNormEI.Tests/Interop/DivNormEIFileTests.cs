using DivNorm.Interop;
using DivNorm.Layers;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using Layer = DivNorm.Layers.DivNormEI;

namespace DivNorm.Tests.Interop;

public sealed class DivNormEIFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly DisposeScope scope = NewDisposeScope();

    private string Path => folder["layer.safetensors"];

    public void Dispose()
    {
        scope.Dispose();
        folder.Dispose();
    }

    public static TheoryData<DivNormEIOptions, ScalarType> Layers => new()
    {
        { DivNormEIOptions.Paper, ScalarType.Float32 },
        { DivNormEIOptions.AuthorsCode, ScalarType.Float32 },
        { DivNormEIOptions.Paper with { ExcitationSource = ExcitationSource.Normalized, Epsilon = 0, BatchNormEpsilon = 1e-3, BatchNormMomentum = 0.01 }, ScalarType.Float64 },
        { DivNormEIOptions.AuthorsCode with { LateralParts = LateralParts.ExcitationOnly, ExcitationKernel = 3 }, ScalarType.Float32 },
        { DivNormEIOptions.Paper with { LateralParts = LateralParts.InhibitionOnly, LateralBias = true, DivisionKernel = 1 }, ScalarType.Float32 },
        { DivNormEIOptions.Paper with { LateralParts = LateralParts.None, LateralBias = true }, ScalarType.Float32 },
    };

    [Theory]
    [MemberData(nameof(Layers))]
    public void SavedLayer_IsLoadedAsItWas(DivNormEIOptions options, ScalarType type)
    {
        using var layer = Trained(3, options, type);
        DivNormEIFile.Save(Path, layer);
        using var loaded = DivNormEIFile.Load(Path);
        DivNormEIFile.Save(folder["again.safetensors"], loaded);
        Assert.Equal(File.ReadAllBytes(Path), File.ReadAllBytes(folder["again.safetensors"]));
        Assert.True(loaded.training);
        Assert.Equal(layer.Options.NonNegativity, loaded.Options.NonNegativity);
        AssertSame(layer, loaded);
    }

    [Fact]
    public void LayerOfANetwork_IsFoundWithItsOwnOptions()
    {
        using var first = Trained(2, DivNormEIOptions.Paper, ScalarType.Float32);
        using var second = Trained(3, DivNormEIOptions.AuthorsCode, ScalarType.Float32);
        using var inner = nn.Sequential(("conv", nn.Conv2d(2, 3, 3)), ("norm", second));
        using var network = nn.Sequential(("norm", first), ("block", inner));
        ModuleState.SaveModule(network, Path);
        using (var loaded = DivNormEIFile.Load(Path, "norm"))
            AssertSame(first, loaded);
        using (var loaded = DivNormEIFile.Load(Path, "block.norm."))
            AssertSame(second, loaded);
        Refused("holds 2 DivNormEI layers; name the prefix of one: 'norm', 'block.norm'");
        Refused("holds no DivNormEI layer under 'block'; there is 'norm', 'block.norm'", "block");
        Refused("holds no DivNormEI layer under ''; there is 'norm', 'block.norm'", "");

        ModuleState.SaveModule(inner, Path);
        using (var loaded = DivNormEIFile.Load(Path))
            AssertSame(second, loaded);
    }

    /// <summary>The names and shapes of the authors' public code, in its network's checkpoint and alone.</summary>
    [Theory]
    [InlineData("", true)]
    [InlineData("", false)]
    [InlineData("encoder.", true)]
    [InlineData("encoder.", false)]
    public void AuthorsCheckpoint_IsTheAuthorsLayer(string prefix, bool pt)
    {
        using var layer = Trained(4, DivNormEIOptions.AuthorsCode, ScalarType.Float32);
        var tensors = AuthorsTensors(layer).Select(pair => (Name: prefix + pair.Name, pair.Tensor)).ToList();
        if (prefix != "")
            tensors.Insert(0, (Name: "decoder.weight", ones(2)));
        Write(pt, tensors);
        using var loaded = DivNormEIFile.Load(Path);
        AssertSame(layer, loaded);
        Assert.Equal(NonNegativity.AllParameters, loaded.Options.NonNegativity);
    }

    [Fact]
    public void MetadataOfAPyTorchFile_SayWhatTheShapesDoNot()
    {
        using var layer = Trained(2, DivNormEIOptions.Paper with { ExcitationSource = ExcitationSource.Normalized, Epsilon = 0.5 }, ScalarType.Float64);
        var (state, storages) = PyTorchBytes.StateOf(layer.state_dict().Select(pair => (pair.Key, pair.Value)));
        File.WriteAllBytes(Path, PyTorchBytes.File(
            PickleWriter.Write(new Dictionary<string, object?> { ["state_dict"] = state, ["excitation_source"] = "normalized", ["epsilon"] = 0.5 }), storages));
        using var loaded = DivNormEIFile.Load(Path);
        AssertSame(layer, loaded);
    }

    [Fact]
    public void Save_WritesTheMetadataThatTheDocumentationNames()
    {
        using var layer = new Layer(2, DivNormEIOptions.AuthorsCode);
        DivNormEIFile.Save(Path, layer);
        using var file = SafetensorsFile.Open(Path);
        Assert.Equal(
            [
                ("bn_eps", "1E-05"), ("bn_momentum", "0.1"), ("epsilon", "1E-05"), ("excitation_source", "normalized"), ("kernel_div", "5"), ("kernel_exc", "9"),
                ("kernel_inh", "5"), ("lateral_bias", "True"), ("non_negativity", "all_parameters"),
            ],
            file.Metadata.Select(pair => (pair.Key, pair.Value)).Order());
        Assert.Equal("I64", file.Find("bn.num_batches_tracked")!.DType);
    }

    /// <summary>Networks that were saved before layers had metadata of their own name theirs in the registry.</summary>
    [Fact]
    public void OlderNetwork_NamesItsLayer()
    {
        using var layer = Trained(3, DivNormEIOptions.AuthorsCode, ScalarType.Float32);
        var state = layer.state_dict().Select(pair => ("normalization." + pair.Key, pair.Value)).ToList();
        SafetensorsFile.Write(Path, state, new Dictionary<string, string> { ["model"] = "super-resolution", ["layer"] = "divnormei-authors" });
        using (var loaded = DivNormEIFile.Load(Path))
            AssertSame(layer, loaded);
        SafetensorsFile.Write(Path, state, new Dictionary<string, string> { ["model"] = "vgg9", ["arm"] = "divnorm-yn" });
        Refused("does not say what the excitation of its layers reads ('divnorm-yn', saved by an older version)");
    }

    [Fact]
    public void LayerThatIsNotWhole_IsNamed()
    {
        using var layer = new Layer(2, DivNormEIOptions.AuthorsCode);
        var state = layer.state_dict();
        Changed("'sigma' has shape [3], expected [2]", s => s["sigma"] = ones(3));
        Changed("'w_div' has shape [2, 2, 5, 5], expected [C, 1, k, k]", s => s["w_div"] = ones(2, 2, 5, 5));
        Changed("'w_div' has shape [2], expected [C, 1, k, k]", s => s["w_div"] = ones(2));
        Changed("'w_exc' has shape [2, 3, 9, 9], expected [2, 2, k, k]", s => s["w_exc"] = ones(2, 3, 9, 9));
        Changed("w_inh has kernels of 4 x 4; the layer's are square, odd, 1 to 63 pixels", s => s["w_inh"] = ones(2, 2, 4, 4));
        Changed("w_inh has kernels of 3 x 5; the layer's are square", s => s["w_inh"] = ones(2, 2, 3, 5));
        Changed("'b_inh' is missing; E and I have a bias each, or none", s => s.Remove("b_inh"));
        Changed("'bn.running_var' is missing", s => s.Remove("bn.running_var"));
        Changed("'bn.num_batches_tracked' has shape [2], expected []", s => s["bn.num_batches_tracked"] = ones(2, ScalarType.Int64));
        Changed("'sigma' is of dtype I32; it must be F64, F32, F16 or BF16", s => s["sigma"] = ones(2, ScalarType.Int32));
        Changed("holds no DivNormEI layer; there is none ('w_div' or 'div.weight', and 'sigma')", s => s.Remove("sigma"));
        Changed("kernel_exc is '7' in the metadata, and w_exc has kernels of 9 x 9", _ => { }, ("kernel_exc", "7"));
        Changed("excitation_source is 'y' in the metadata; it must be 'input' or 'normalized'", _ => { }, ("excitation_source", "y"));
        Changed("non_negativity is 'all' in the metadata; it must be 'lateral_weights' or 'all_parameters'", _ => { }, ("non_negativity", "all"));
        Changed("lateral_bias is False in the metadata, and b_exc and b_inh are there", _ => { }, ("lateral_bias", "False"));
        Changed("lateral_bias is 'no' in the metadata; it must be 'True' or 'False'", _ => { }, ("lateral_bias", "no"));
        Changed("epsilon is '-1' in the metadata; it must be a number, 0 or greater", _ => { }, ("epsilon", "-1"));
        Changed("bn_eps is '0' in the metadata; it must be a number, greater than 0", _ => { }, ("bn_eps", "0"));

        void Changed(string message, Action<Dictionary<string, Tensor>> change, params (string Key, string Value)[] metadata)
        {
            var changed = new Dictionary<string, Tensor>(state);
            change(changed);
            SafetensorsFile.Write(Path, changed.Select(pair => (pair.Key, pair.Value)), metadata.ToDictionary(pair => pair.Key, pair => pair.Value));
            Refused(message);
        }
    }

    /// <summary>A lesioned layer's file says little and would ask for the square of its channels.</summary>
    [Fact]
    public void WideLesion_IsRefused()
    {
        const int channels = 200_000;
        var one = ones(channels);
        SafetensorsFile.Write(Path, [
            ("w_div", one.view(-1, 1, 1, 1)), ("sigma", one), ("bn.weight", one), ("bn.bias", one), ("bn.running_mean", one), ("bn.running_var", one)]);
        Refused("w_div has 200000 channels; a layer without excitation is read with up to 1024");
    }

    [Fact]
    public void NegativeLateralWeights_BecomeZero()
    {
        using var layer = new Layer(2);
        var state = layer.state_dict().ToDictionary(pair => pair.Key, pair => pair.Key.StartsWith("w_", StringComparison.Ordinal) ? pair.Value - 1 : pair.Value);
        SafetensorsFile.Write(Path, state.Select(pair => (pair.Key, pair.Value)));
        using var loaded = DivNormEIFile.Load(Path);
        Assert.Equal(0, loaded.ExcitationWeight!.max().ToDouble());
        Assert.Equal(ExcitationSource.Input, loaded.Options.ExcitationSource);
    }

    [Fact]
    public void LoadAndSave_LeakNoTensor()
    {
        using var layer = new Layer(2);
        DivNormEIFile.Save(Path, layer);
        DivNormEIFile.Load(Path).Dispose();
        var statistics = DisposeScopeManager.Statistics.TensorStatistics;
        using (NewDisposeScope())
        {
            var before = statistics.ThreadTotalLiveCount;
            DivNormEIFile.Save(Path, layer);
            using (var loaded = DivNormEIFile.Load(Path))
                Assert.NotNull(loaded);
            Assert.Equal(before, statistics.ThreadTotalLiveCount);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Conversion_GivesTheAuthorsLayerItsOwnNames(bool pt)
    {
        using var layer = Trained(2, DivNormEIOptions.AuthorsCode, ScalarType.Float32);
        Write(pt, [.. AuthorsTensors(layer).Select(pair => ("module." + pair.Name, pair.Tensor))]);
        var result = StateDictConversion.Run(Path, folder["ours.safetensors"]);
        Assert.Equal((11, 2L, ExcitationSource.Normalized), (result.Tensors, result.Channels, result.Layer!.ExcitationSource));
        DivNormEIFile.Save(folder["expected.safetensors"], layer);
        Assert.Equal(File.ReadAllBytes(folder["expected.safetensors"]), File.ReadAllBytes(folder["ours.safetensors"]));
    }

    [Fact]
    public void Conversion_KeepsAllTensorsAndMetadataOfANetwork_OrTakesOneLayer()
    {
        using var layer = Trained(2, DivNormEIOptions.AuthorsCode, ScalarType.Float32);
        var tensors = AuthorsTensors(layer).Select(pair => (Name: "net.norm." + pair.Name, pair.Tensor)).Append((Name: "net.conv.weight", Tensor: randn(2, 3, 3, 3))).ToList();
        var (state, storages) = PyTorchBytes.StateOf(tensors);
        File.WriteAllBytes(Path, PyTorchBytes.File(PickleWriter.Write(new Dictionary<string, object?> { ["model"] = state, ["epoch"] = 12 }), storages));

        var whole = StateDictConversion.Run(Path, folder["all.safetensors"]);
        Assert.Equal((12, null), (whole.Tensors, whole.Layer));
        using (var file = SafetensorsFile.Open(folder["all.safetensors"]))
        {
            Assert.Equal("12", file.Metadata["epoch"]);
            Assert.Equal(tensors.Select(pair => "model." + pair.Name), file.Tensors.Select(entry => entry.Name));
            Assert.All(tensors, pair => Assert.Equal(pair.Tensor.bytes.ToArray(), file.Read("model." + pair.Name).bytes.ToArray()));
        }

        StateDictConversion.Run(Path, folder["layer-alone.safetensors"], "model.net.norm");
        using var alone = DivNormEIFile.Load(folder["layer-alone.safetensors"]);
        AssertSame(layer, alone);
    }

    [Fact]
    public void Conversion_LeavesTheFileThatItReads_ByWhateverName()
    {
        using var layer = Trained(2, DivNormEIOptions.AuthorsCode, ScalarType.Float32);
        Write(true, [.. AuthorsTensors(layer).Select(pair => ("net." + pair.Name, pair.Tensor)), ("conv.weight", randn(2, 3, 3, 3))]);
        byte[] before = File.ReadAllBytes(Path);
        File.CreateSymbolicLink(folder["link"], Path);
        foreach (var (source, target) in ((string, string)[])[(Path, Path), (folder["link"], Path), (Path, folder["link"])])
            Assert.Contains("it is the file that is read", Assert.Throws<UserInputException>(() => StateDictConversion.Run(source, target, "net")).Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(Path));
    }

    [Fact]
    public void Conversion_RefusesWhatWouldFillTheDisk()
    {
        var storage = new Storage("FloatStorage", "0", 100_000);
        var views = Enumerable.Range(0, 20).Select(i => new View(storage, 0, [100_000], [1])).ToArray();
        var state = new StateDict();
        state.AddRange(views.Select((view, i) => ((object)$"{i}", (object?)view)));
        File.WriteAllBytes(Path, PyTorchBytes.File(state, views));
        var error = Assert.Throws<UserInputException>(() => StateDictConversion.Run(Path, folder["out.safetensors"]));
        Assert.Contains("its tensors share storages and would take 8000000 bytes apart, more than 16 times the file", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["out.safetensors"]));
    }

    private void Refused(string message, string? prefix = null)
    {
        var error = Assert.Throws<UserInputException>(() => DivNormEIFile.Load(Path, prefix));
        Assert.StartsWith($"{Path}: {message}", error.Message, StringComparison.Ordinal);
    }

    /// <summary>A layer that has seen a batch in training mode and differs from a fresh one everywhere.</summary>
    private static Layer Trained(long channels, DivNormEIOptions options, ScalarType type)
    {
        var layer = new Layer(channels, options with { Seed = 7 }, CPU, type);
        using var _ = no_grad();
        layer.call(rand(2, channels, 9, 9, type)).Dispose();
        foreach (var parameter in layer.parameters())
            parameter.add_(rand_like(parameter) * 0.1);
        return layer;
    }

    private static void AssertSame(Layer expected, Layer actual)
    {
        var (first, second) = (expected.state_dict(), actual.state_dict());
        Assert.Equal(first.Keys, second.Keys);
        Assert.All(first, pair => Assert.True(pair.Value.Equals(second[pair.Key]), pair.Key));
        var input = randn(1, expected.Channels, 8, 8, expected.Sigma.dtype);
        expected.eval();
        actual.eval();
        Assert.True(expected.call(input).Equals(actual.call(input)));
        expected.train();
        actual.train();
        Assert.True(expected.call(input).Equals(actual.call(input)));
        Assert.True(expected.BatchNorm.running_var!.Equals(actual.BatchNorm.running_var!));
    }

    private static IEnumerable<(string Name, Tensor Tensor)> AuthorsTensors(Layer layer)
    {
        foreach (var (name, tensor) in layer.state_dict())
        {
            yield return name switch
            {
                "w_div" => ("div.weight", tensor),
                "w_exc" => ("e_e.weight", tensor),
                "b_exc" => ("e_e.bias", tensor),
                "w_inh" => ("i_e.weight", tensor),
                "b_inh" => ("i_e.bias", tensor),
                "sigma" => ("sigma", tensor.view(1, -1, 1, 1)),
                "bn.num_batches_tracked" => ("output_bn.num_batches_tracked", tensor.to(ScalarType.Int64)),
                _ => ("output_" + name, tensor),
            };
        }
    }

    private void Write(bool pt, IReadOnlyList<(string Name, Tensor Tensor)> tensors)
    {
        if (pt)
            PyTorchBytes.Write(Path, tensors);
        else
            SafetensorsFile.Write(Path, tensors);
    }
}
