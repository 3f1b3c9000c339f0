using CsCheck;
using DivNorm.Cli;
using DivNorm.Interop.Onnx;
using DivNorm.Layers;
using DivNorm.Models;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Tests.Interop.Onnx;

/// <summary>ONNX files of the project's models, run by ONNX Runtime.</summary>
public sealed class OnnxExportTests : IDisposable
{
    private const double Tolerance = 1e-4;

    private readonly TemporaryFolder folder = new();
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly Generator generator = new(7, CPU);

    public static TheoryData<string> Names => [.. NormalizationLayers.Names];

    public static TheoryData<string> Alone => [.. NormalizationLayers.Names.Where(name => name is not ("none" or "bn-relu"))];

    public void Dispose()
    {
        generator.Dispose();
        scope.Dispose();
        folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Alone))]
    public void Layer_IsWhatOnnxRuntimeComputes_AtAnyBatchAndSize(string name)
    {
        var layer = NormalizationLayers.Find(name).Create(8, seed: 3);
        Unsettle(layer);
        Same(layer, [1, 8, 1, 1], [2, 8, 7, 12], [3, 8, 20, 9]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void SuperResolution_IsWhatOnnxRuntimeComputes_AtAnyBatchAndSize(string name)
    {
        var reading = name.Length % 2 == 0 ? InputReading.Upscaled : InputReading.LowResolution;
        var network = new SuperResolutionNet(NormalizationLayers.Find(name).Create(64, seed: 3), reading);
        Unsettle(network);
        Same(network, [1, 1, 1, 1], [2, 1, 12, 12], [1, 1, 5, 17]);
    }

    [Fact]
    public void DivNormEI_IsWhatOnnxRuntimeComputes_WithAnyOptions() =>
        Gen.Select(Gen.Int[1, 6], Gen.Enum<LateralParts>(), Gen.Enum<ExcitationSource>(), Gen.Bool, Gen.Enum<NonNegativity>(), Gen.Int[0, 3].Array[3], Gen.Int[1, 9].Array[2], Gen.Bool)
            .Sample(
                (channels, parts, source, bias, signs, halves, size, wide) =>
                {
                    using var inner = NewDisposeScope();
                    using var layer = new DivNormEI(
                        channels,
                        new DivNormEIOptions
                        {
                            LateralParts = parts,
                            ExcitationSource = source,
                            LateralBias = bias,
                            NonNegativity = signs,
                            DivisionKernel = 2 * halves[0] + 1,
                            ExcitationKernel = 2 * halves[1] + 1,
                            InhibitionKernel = 2 * halves[2] + 1,
                            Epsilon = 1e-3,
                            Seed = 5,
                        },
                        dtype: wide ? ScalarType.Float64 : ScalarType.Float32);
                    Unsettle(layer);
                    OnnxExport.Write(folder["layer.onnx"], layer);
                    layer.to(ScalarType.Float32);
                    using var exported = new OnnxComparison(folder["layer.onnx"]);
                    Assert.InRange(exported.Error(layer, Random([2, channels, size[0], size[1]])), 0, Tolerance);
                },
                iter: 40,
                threads: 1);

    public static TheoryData<string, Func<nn.Module<Tensor, Tensor>>> OtherOptions => new()
    {
        { "first power", () => new CanonicalNormalization(6, new CanonicalNormalizationOptions { Form = NormalizationForm.FirstPower }) },
        { "cubes", () => new CanonicalNormalization(6, new CanonicalNormalizationOptions { Exponent = 3, PoolSize = 3, Epsilon = 0.1 }) },
        { "root of cubes", () => new CanonicalNormalization(6, new CanonicalNormalizationOptions { Exponent = 3, Form = NormalizationForm.FirstPower }) },
        { "magnitudes", () => new CanonicalNormalization(6, new CanonicalNormalizationOptions { Exponent = 1, Form = NormalizationForm.FirstPower }) },
        { "wide window", () => new SchwartzSimoncelli(6, new SchwartzSimoncelliOptions { Window = 7 }) },
        { "powers", () => new Gdn(6, new GdnOptions { Alpha = 1.5, Epsilon = 0.7 }) },
        { "squared pool", () => new Gdn(6, new GdnOptions { Inverse = true, Alpha = 1, Epsilon = 2 }) },
        { "surround", () => new BurgNormalization(6, new BurgNormalizationOptions { SurroundSize = 5, Components = 3, Seed = 1 }) },
        { "nonspecific surround", () => new BurgNormalization(6, new BurgNormalizationOptions { SurroundSize = 3, Specific = false, Seed = 1 }) },
        { "more neighbours than channels", () => new LocalResponseNormalization(6, new LocalResponseNormalizationOptions { Size = 9, Alpha = 0.1, Beta = 0.5, K = 1 }) },
    };

    [Theory]
    [MemberData(nameof(OtherOptions), DisableDiscoveryEnumeration = true)]
    public void OtherLayers_AreWhatOnnxRuntimeComputes_WithOtherOptions(string what, Func<nn.Module<Tensor, Tensor>> make)
    {
        Assert.NotEmpty(what);
        var layer = make();
        Unsettle(layer);
        Same(layer, [2, 6, 11, 13]);
    }

    /// <summary>ONNX Runtime's own operation, LRN, answers infinity here: its running sum has lost the constant to the strong channel.</summary>
    [Fact]
    public void LocalResponseNormalization_OfAWeakChannelNextToAStrongOne_IsWhatOnnxRuntimeComputes()
    {
        using var layer = new LocalResponseNormalization(4, new LocalResponseNormalizationOptions { Size = 1, Alpha = 1, K = 1e-3 });
        OnnxExport.Write(folder["model.onnx"], layer);
        using var exported = new OnnxComparison(folder["model.onnx"]);
        Assert.InRange(exported.Error(layer, tensor([1000f, 0.01f, 0.1f, -0.02f], [1, 4, 1, 1])), 0, Tolerance);
    }

    public static TheoryData<Vgg9Options, string?> Networks => new()
    {
        { new Vgg9Options { InputSize = 32 }, null },
        { new Vgg9Options { InputSize = 32, BatchNorm = BatchNormPlacement.Everywhere, Dropout = 0.5 }, null },
        { new Vgg9Options { InputSize = 47, HeadSize = 1, BatchNorm = BatchNormPlacement.Everywhere, Positions = [1, 3] }, "divnormei" },
        { new Vgg9Options { InputSize = 64, HeadSize = 2, Positions = [6] }, "divnormei-authors" },
        { new Vgg9Options { InputSize = 80, HeadSize = 3, Rectify = false, Positions = [2] }, "gdn" },
        { new Vgg9Options { InputSize = 16, Positions = [1], ChannelsLast = true }, "bn-relu" },
    };

    [Theory]
    [MemberData(nameof(Networks))]
    public void Vgg9_IsWhatOnnxRuntimeComputes_AtAnyBatch(Vgg9Options options, string? name)
    {
        options = options with { Width = 3, Hidden = 10, Classes = 5 };
        var network = new Vgg9(options, name is null ? null : (channels, seed) => NormalizationLayers.Find(name).Create(channels, seed));
        Unsettle(network);
        Same(network, [1, 3, options.InputSize, options.InputSize], [4, 3, options.InputSize, options.InputSize]);
    }

    [Fact]
    public void RowsOfConvolutions_AreExported_WithTheirGroupsAndBatchNorms()
    {
        var row = nn.Sequential(
            ("narrow", nn.Conv2d(64, 32, 3, stride: 2, padding: 1, groups: 2, bias: false)),
            ("narrow_bn", nn.BatchNorm2d(32)),
            ("relu", nn.ReLU()),
            ("wide", nn.ConvTranspose2d(32, 64, 4, stride: 2, padding: 1, groups: 4)),
            ("wide_bn", nn.BatchNorm2d(64)),
            ("same", nn.Conv2d(64, 64, 3, padding: 2, dilation: 2, groups: 64)));
        var network = new SuperResolutionNet(row);
        Unsettle(network);
        Same(network, [1, 1, 6, 8]);
    }

    [Fact]
    public void Graph_OfTheAuthorsLayer_HasOneLateralConvolution_OfTheLargerKernel()
    {
        var layer = new DivNormEI(4, DivNormEIOptions.AuthorsCode with { Seed = 1 });
        OnnxExport.Write(folder["authors"], layer);
        OnnxExport.Write(folder["paper"], new DivNormEI(4, new DivNormEIOptions { Seed = 1 }));
        // w_div [4, 1, 5, 5] and K [4, 4, 9, 9] with a bias each; the paper's Y and Yn are two sources: w_exc, K of the inhibition's 7
        Assert.Equal([4 * 25, 4, 16 * 81, 4], OnnxFile.Read(folder["authors"]).ConstantSizes);
        Assert.Equal([4 * 25, 4, 16 * 49, 4, 16 * 81], OnnxFile.Read(folder["paper"]).ConstantSizes);
        Assert.Equal(["Mul", "Conv", "Div", "Conv", "Relu", "Identity"], OnnxFile.Read(folder["authors"]).Operations);
    }

    [Fact]
    public void Sizes_StayFree_OrAreFixed()
    {
        using var network = new SuperResolutionNet(nn.Identity());
        var info = OnnxExport.Write(folder["free"], network);
        Assert.Equal(("low_resolution [batch, 1, height, width]", "high_resolution [batch, 1, 4*height, 4*width]"), ($"{info.Input}", $"{info.Output}"));
        Assert.Equal(new FileInfo(folder["free"]).Length, info.Bytes);
        OnnxExport.Write(folder["fixed"], network, new OnnxExportOptions { Batch = 2, Height = 5, Width = 6 });
        using (var free = new OnnxComparison(folder["free"]))
            Assert.Equal([$"{info.Input}", $"{info.Output}"], free.Ports);
        using var fixedSizes = new OnnxComparison(folder["fixed"]);
        Assert.Equal(["low_resolution [2, 1, 5, 6]", "high_resolution [2, 1, 20, 24]"], fixedSizes.Ports);
        Assert.InRange(fixedSizes.Error(network, Random([2, 1, 5, 6])), 0, Tolerance);
    }

    [Fact]
    public void File_SaysWhatItIs()
    {
        using var layer = new Gdn(4);
        OnnxExport.Write(folder["layer"], layer, new OnnxExportOptions { Metadata = new Dictionary<string, string> { ["note"] = "naïve", ["model"] = "mine" } });
        using var exported = new OnnxComparison(folder["layer"]);
        var metadata = exported.Metadata;
        Assert.Equal(("DivNormEI", "layer", "Gdn layer of 4 channels, in eval mode."), (metadata.ProducerName, metadata.GraphName, metadata.Description));
        Assert.Equal(
            [("layer", "Gdn"), ("model", "mine"), ("note", "naïve"), ("producer", "DivNormEI")],
            metadata.CustomMetadataMap.Select(pair => (pair.Key, pair.Value)).Order());
        var file = OnnxFile.Read(folder["layer"]);
        Assert.Equal((8, 17), (file.IrVersion, file.Opset));
    }

    [Fact]
    public void SameModel_GivesTheSameBytes_InEitherMode_AndKeepsItsMode()
    {
        using var network = new Vgg9(new Vgg9Options { InputSize = 16, Width = 2, Hidden = 4, BatchNorm = BatchNormPlacement.Everywhere }, (channels, _) => new DivNormEI(channels));
        var metadata = new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" };
        OnnxExport.Write(folder["first"], network.to(ScalarType.Float32), new OnnxExportOptions { Metadata = metadata });
        Assert.True(network.training);
        network.eval();
        OnnxExport.Write(folder["second"], network, new OnnxExportOptions { Metadata = metadata.Reverse().ToDictionary() });
        Assert.Equal(File.ReadAllBytes(folder["first"]), File.ReadAllBytes(folder["second"]));
    }

    [Fact]
    public void UnknownModules_AreRefused_ByName()
    {
        Refused("the model is a Conv2d", nn.Conv2d(1, 1, 1));
        Refused("does not know the module GELU", new SuperResolutionNet(nn.Sequential(nn.GELU())));
        Refused("does not know the module Linear", new Vgg9(new Vgg9Options { InputSize = 16, Width = 2, Hidden = 4 }, (channels, _) => nn.Linear(channels, channels)));
        var inserted = new Vgg9(new Vgg9Options { InputSize = 16, Width = 2, Hidden = 4 });
        inserted.FirstConvolution.register_module("inserted", nn.Dropout());
        Refused("does not know the module Dropout", inserted);
        Refused("does not know the module OwnSequential", new SuperResolutionNet(new OwnSequential(("same", nn.Identity()))));
        Refused("padded otherwise", new SuperResolutionNet(nn.Conv2d(64, 64, 3, padding: Padding.Same)));
        Refused("keeps none", new SuperResolutionNet(nn.BatchNorm2d(64, track_running_stats: false)));
    }

    [Fact]
    public void BadOptions_AreRefused_ByNameAndRange()
    {
        using var layer = new DivNormEI(2);
        Assert.Contains("Batch is 0; it must be 1 to 4096", Refused<ArgumentOutOfRangeException>(new OnnxExportOptions { Batch = 0 }), StringComparison.Ordinal);
        Assert.Contains("Width is 5000; it must be 1 to 4096", Refused<ArgumentOutOfRangeException>(new OnnxExportOptions { Height = 1, Width = 5000 }), StringComparison.Ordinal);
        Assert.Contains("together", Refused<ArgumentException>(new OnnxExportOptions { Height = 1 }), StringComparison.Ordinal);
        using var network = new Vgg9(new Vgg9Options { InputSize = 16, Width = 2, Hidden = 4 });
        var error = Assert.Throws<ArgumentException>(() => OnnxExport.Write(folder["x"], network, new OnnxExportOptions { Height = 16, Width = 17 }));
        Assert.Contains("takes images of 16x16 pixels, and no others; the size asked for is 16x17", error.Message, StringComparison.Ordinal);
        Assert.Empty(folder.FileNames);

        string Refused<T>(OnnxExportOptions options)
            where T : Exception => Assert.Throws<T>(() => OnnxExport.Write(folder["x"], layer, options)).Message;
    }

    [Fact]
    public void FilesThatCannotBe_AreRefused_AndLeaveNothing()
    {
        using var layer = new Gdn(2);
        Assert.Throws<UserInputException>(() => OnnxExport.Write(folder.At("none", "x").Replace("none", "missing", StringComparison.Ordinal), layer));

        // 2 GiB of one repeated number, which take no memory
        var graph = new OnnxGraph();
        graph.Constant("huge", zeros(1).expand(1L << 29));
        var port = new OnnxPort("x", ["1"]);
        var message = OnnxMessages.Model("1", "", graph.ToMessage("g", port, port with { Name = "y" }, "x"), []);
        var error = Assert.Throws<UserInputException>(() => OnnxExport.Write(folder["huge"], message));
        Assert.Contains("an ONNX file has at most 2147483647", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["huge"]));
    }

    [Fact]
    public void Writing_LeavesNoTensorBehind()
    {
        using var network = new SuperResolutionNet(new DivNormEI(64));
        OnnxExport.Write(folder["a"], network);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        OnnxExport.Write(folder["a"], network);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private void Refused(string expected, nn.Module<Tensor, Tensor> model)
    {
        using (model)
            Assert.Contains(expected, Assert.Throws<ArgumentException>(() => OnnxExport.Write(folder["x"], model)).Message, StringComparison.Ordinal);
        Assert.Empty(folder.FileNames);
    }

    private void Same(nn.Module<Tensor, Tensor> model, params long[][] shapes)
    {
        using (model)
        {
            OnnxExport.Write(folder["model.onnx"], model);
            using var exported = new OnnxComparison(folder["model.onnx"]);
            foreach (long[] shape in shapes)
                Assert.InRange(exported.Error(model, Random(shape)), 0, Tolerance);
        }
    }

    /// <summary>Grey values for images, signed responses for maps.</summary>
    private Tensor Random(long[] shape) => shape[1] == 1 ? rand(shape, generator: generator) : randn(shape, generator: generator);

    /// <summary>Moves every weight and statistic away from its start, where much is 0 or 1 and mistakes would not show.</summary>
    private void Unsettle(nn.Module module)
    {
        using var inner = NewDisposeScope();
        using var _ = no_grad();
        foreach (var (name, weight) in module.state_dict().Where(pair => pair.Value.is_floating_point()))
        {
            var noise = randn(weight.shape, weight.dtype, generator: generator);
            if (name.EndsWith("running_var", StringComparison.Ordinal))
                weight.copy_(noise.abs() + 0.5);
            else if (weight.abs().max().ToDouble() == 0)
                weight.copy_(0.2 * noise);
            else
                weight.mul_(1 + 0.3 * noise);
        }
    }

    private sealed class OwnSequential(params (string, nn.Module<Tensor, Tensor>)[] modules) : Sequential(modules)
    {
        public override Tensor forward(Tensor input) => base.forward(input).mul_(2);
    }
}
