using DivNorm.Layers;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Tests.Layers;

/// <summary>What a probe pass finds out, and that it leaves no trace. The process's random generator is looked at, so nothing else may run beside it.</summary>
[Collection(nameof(LayerMemoryTests))]
public sealed class InsertionProbeTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void Probe_LeavesModesBuffersAndRandomNumbersAsTheyWere()
    {
        var (conv, bn, counting, dropout) = (nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), new Counting(), nn.Dropout2d());
        using var model = nn.Sequential(("conv", conv), ("bn", bn), ("counting", counting), ("dropout", dropout));
        var image = rand(3, 1, 8, 8);
        model.train();
        model.call(image);
        bn.eval(); // frozen, as in fine-tuning
        var before = model.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.clone());
        random.manual_seed(5);
        var next = rand(4);
        random.manual_seed(5);
        var points = model.InsertionPoints(image);
        using var insertion = model.InsertAfter("dropout", channels => new Gdn(channels), image);
        Assert.True(next.eq(rand(4)).all().item<bool>());
        Assert.All(before, pair => Assert.True(pair.Value.eq(model.state_dict()[pair.Key]).all().item<bool>(), pair.Key));
        Assert.Equal((true, false, true, true), (conv.training, bn.training, counting.training, dropout.training));
        Assert.All(conv.parameters(), parameter => Assert.Null(parameter.grad));
        Assert.Equal([3, 2, 6, 6], points[^1].OutputShape!);
    }

    [Fact]
    public void FailingProbe_LeavesTheModelInItsMode()
    {
        using var model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Dropout2d());
        Assert.Throws<ArgumentException>(() => model.InsertionPoints(rand(1, 5, 8, 8)));
        Assert.All(model.modules(), module => Assert.True(module.training));
    }

    [Fact]
    public void SubmoduleRunThroughForward_IsFoundOut()
    {
        var (used, direct, unused) = (nn.Conv2d(1, 2, 3), nn.Conv2d(2, 2, 3), nn.Conv2d(2, 2, 3));
        using var model = new Composed(x => direct.forward(used.call(x)), ("used", used), ("direct", direct), ("unused", unused));
        var image = rand(1, 1, 8, 8);
        foreach (string name in (string[])["direct", "unused"])
            Refused("its forward was used in place of call, which runs no hooks", model, name, image);
        using var insertion = model.InsertAfter("used", channels => new Gdn(channels), image);
    }

    [Fact]
    public void NestedSequentialRunThroughForward_StillTakesALayer()
    {
        var stem = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU());
        using var model = new Composed(x => stem.forward(x), ("stem", stem));
        var image = rand(1, 1, 8, 8);
        var plain = model.call(image);
        using var insertion = model.InsertAfter("stem", channels => new Gdn(channels), image);
        Assert.Equal("stem.1.inserted.0", insertion.Name);
        Assert.True(insertion.Layer.call(plain).eq(model.call(image)).all().item<bool>());
    }

    [Fact]
    public void SubmoduleThatRunsTwice_NeedsConsent()
    {
        var (conv, relu) = (nn.Conv2d(1, 2, 3), nn.ReLU());
        using var model = new Composed(x => relu.call(conv.call(relu.call(x))), ("conv", conv), ("relu", relu));
        var image = rand(1, 1, 8, 8);
        Refused("it runs several times in a pass and gives other channels each time", model, "relu", image);

        var (first, second, shared) = (nn.Conv2d(1, 2, 3), nn.Conv2d(2, 2, 3), nn.ReLU());
        using var siamese = new Composed(x => shared.call(second.call(shared.call(first.call(x)))), ("first", first), ("second", second), ("relu", shared));
        Refused("it runs 2 times in a pass", siamese, "relu", image);
        var layer = new Gdn(2);
        using var insertion = siamese.InsertAfter("relu", _ => layer, image, everyCall: true);
        var expected = layer.call(second.call(layer.call(first.call(image).relu())).relu());
        Assert.True(expected.eq(siamese.call(image)).all().item<bool>());
        Assert.Equal((2, "it runs 2 times in a pass"), siamese.InsertionPoints(image).Where(point => point.Name == "relu").Select(point => (point.Calls, point.Obstacle![..25])).Single());
    }

    [Fact]
    public void PlacesWithoutMaps_AreRefused()
    {
        using var model = new ThirdPartyResNet();
        var images = rand(2, 3, 32, 32);
        Refused("it gives [2, 3], and a layer takes [N, C, H, W]", model, "fc", images);
        Assert.Contains("ReLU does not say how many channels it gives; give a probe", Assert.Throws<ArgumentException>(() => model.InsertAfter("relu", channels => new Gdn(channels))).Message, StringComparison.Ordinal);
        using var empty = nn.Sequential(("none", nn.Sequential()), ("conv", nn.Conv2d(3, 2, 1)));
        Refused("the Sequential is empty", empty, "none", images);
        using var derived = nn.Sequential(("own", new OwnSequential(("conv", nn.Conv2d(3, 2, 1)))));
        Refused("OwnSequential is derived from Sequential and may have a forward of its own; name a module within it, such as own.conv", derived, "own", images);
        using var named = nn.Sequential(("own", new Composed(x => x.alias(), ("inserted", nn.ReLU()))));
        Refused("it has a child 'inserted' of its own", named, "own", images);
    }

    [Fact]
    public void ModuleThatGivesSeveralTensors_IsRefused_ButNotTheModulesWithinIt()
    {
        var part = new WithMean();
        using var model = new Composed(x => part.call(x).Item1, ("part", part));
        var image = rand(1, 1, 8, 8);
        var plain = model.call(image);
        Refused("WithMean does not turn tensors into one tensor; name a module within it, such as part.conv", model, "part", image);
        using (var insertion = model.InsertAfter("part.conv", channels => new Gdn(channels), image))
            Assert.True(insertion.Layer.call(plain).eq(model.call(image)).all().item<bool>());

        // alone it is no network of one tensor, and needs a probe that calls it
        Assert.Throws<ArgumentException>(() => part.InsertionPoints(image));
        Assert.Equal(("conv", null), part.InsertionPoints(() => part.call(image)).Select(point => (point.Name, point.Obstacle)).Single());
    }

    [Fact]
    public void ModuleOfThreeTensors_TakesALayer()
    {
        var (sum, conv) = (new SumOfThree(), nn.Conv2d(1, 2, 3));
        using var model = new Composed(x => sum.call(conv.call(x), conv.call(x), ones(1)), ("conv", conv), ("sum", sum));
        var image = rand(1, 1, 8, 8);
        var plain = model.call(image);
        using var insertion = model.InsertAfter("sum", channels => new Gdn(channels), image);
        Assert.True(insertion.Layer.call(plain).eq(model.call(image)).all().item<bool>());
    }

    [Fact]
    public void ModuleOfTwoNames_TakesOneLayer_AndLosesItUnderBoth()
    {
        var conv = nn.Conv2d(1, 2, 3);
        using var model = new Composed(x => conv.call(x), ("encoder", conv), ("tied", conv));
        var image = rand(1, 1, 8, 8);
        var (plain, names) = (model.call(image), model.state_dict().Keys.ToList());
        using (var insertion = model.InsertAfter("tied", channels => new Gdn(channels), image))
        {
            Assert.Equal(1, model.InsertionPoints(image).Single(point => point.Name == "encoder").Calls);
            Assert.True(insertion.Layer.call(plain).eq(model.call(image)).all().item<bool>());
        }

        Assert.Equal(names, model.state_dict().Keys);
        Assert.True(plain.eq(model.call(image)).all().item<bool>());
    }

    [Fact]
    public void ModuleThatHidesItsChildren_IsRefused_AndKeepsNoHook()
    {
        var closed = new Closed();
        using var model = new Composed(x => closed.call(x), ("closed", closed));
        var image = rand(1, 1, 8, 8);
        Refused("the model does not show what is registered with it; name a module within it", model, "closed", image);
        Assert.True((image + 1).eq(model.call(image)).all().item<bool>());
    }

    [Fact]
    public void ModelOfHalfPrecision_GetsALayerOfItsPrecision()
    {
        using var model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU());
        model.to(ScalarType.BFloat16);
        var image = rand(1, 1, 8, 8, dtype: ScalarType.BFloat16);
        foreach (var insertion in new[] { model.InsertAfter("0", channels => new DivNorm.Layers.DivNormEI(channels)), model.InsertAfter("1", channels => new Gdn(channels), image) })
        {
            Assert.All(insertion.Layer.parameters(), parameter => Assert.Equal(ScalarType.BFloat16, parameter.dtype));
            Assert.Equal(ScalarType.BFloat16, model.call(image).dtype);
        }
    }

    [Fact]
    public void Points_AreListedAsTheyAnswer_WithShapeChannelsAndObstacle()
    {
        using var model = new ThirdPartyResNet();
        var points = model.InsertionPoints(rand(1, 3, 32, 32));
        Assert.Equal(model.named_modules().Select(child => child.name).Order(StringComparer.Ordinal), points.Select(point => point.Name).Order(StringComparer.Ordinal));
        Assert.Equal(["conv1", "bn1", "relu", "maxpool", "layer1.0.conv1"], points.Take(5).Select(point => point.Name));
        var block = points.Single(point => point.Name == "layer1.0");
        Assert.Equal(("BasicBlock", 4L, 2 * (9 * 16 + 8), 1), (block.Type, block.Channels, block.Parameters, block.Calls));
        Assert.Equal([1, 4, 8, 8], block.OutputShape!);
        Assert.Equal(points.Select(point => point.Name).ToList().IndexOf("layer1.1") + 1, points.Select(point => point.Name).ToList().IndexOf("layer1"));
        Assert.Equal(["fc"], points.Where(point => point.Obstacle is not null).Select(point => point.Name));

        var unprobed = model.InsertionPoints();
        Assert.Equal(["layer2.0.downsample", "layer2.0.downsample.0", "layer2.0.downsample.1"], unprobed.Where(point => point.Name.Contains("layer2.0.downsample", StringComparison.Ordinal)).Select(point => point.Name));
        Assert.Equal((6, null), unprobed.Where(point => point.Name == "layer2.0.downsample").Select(point => ((int)point.Channels!, point.OutputShape)).Single());
        Assert.All(points.Where(point => point.Obstacle is null), point => model.InsertAfter(point.Name, channels => new Gdn(channels), rand(1, 3, 32, 32)).Dispose());
    }

    private static void Refused(string expected, nn.Module model, string name, Tensor probe)
    {
        var error = Assert.Throws<ArgumentException>(() => model.InsertAfter(name, channels => new Gdn(channels), probe));
        Assert.Contains($"No layer can be inserted behind '{name}': {expected}", error.Message.Replace("it did not run in the probe pass, or ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    private sealed class OwnSequential(params (string, nn.Module<Tensor, Tensor>)[] modules) : Sequential(modules);
}
