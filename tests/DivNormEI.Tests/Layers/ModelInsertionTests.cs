using CsCheck;
using DivNorm.Interop;
using DivNorm.Layers;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;
using Layer = DivNorm.Layers.DivNormEI;

namespace DivNorm.Tests.Layers;

/// <summary>Insertion into a residual network that knows nothing of it.</summary>
public sealed class ModelInsertionTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly DisposeScope scope = NewDisposeScope();

    public static TheoryData<string> Registry => [.. NormalizationLayers.Names];

    public void Dispose()
    {
        scope.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void ResNet_TrainsWithLayersBehindItsFirstConvolutionAndInABlock()
    {
        using var model = Network();
        var names = model.state_dict().Keys.ToList();
        var images = rand(4, 3, 32, 32);
        var labels = tensor([0L, 1L, 2L, 1L]);
        var first = model.InsertAfter("conv1", Make, images);
        var inner = model.InsertAfter("layer2.0.conv1", Make, images);
        Assert.Equal(("conv1.inserted.0", 4, "layer2.0.conv1.inserted.0", 6), (first.Name, first.Channels, inner.Name, inner.Channels));
        Assert.Equal(names, model.state_dict().Keys.Where(name => !name.Contains(".inserted.", StringComparison.Ordinal)));
        Assert.Contains("layer2.0.conv1.inserted.0.w_exc", model.state_dict().Keys);

        model.train();
        Assert.True(inner.Layer.training);
        var start = inner.Layer.get_parameter("w_exc")!.clone();
        using var optimizer = optim.Adam(model.parameters(), 0.05);
        for (int step = 0; step < 5; step++)
        {
            using var batch = NewDisposeScope();
            optimizer.zero_grad();
            nn.functional.cross_entropy(model.call(images), labels).backward();
            foreach (var (name, parameter) in first.Layer.named_parameters().Concat(inner.Layer.named_parameters()))
                Assert.True(parameter.grad is { } gradient && gradient.abs().sum().item<float>() > 0, $"{name} at step {step}");
            optimizer.step();
            Assert.All((string[])["conv1.inserted.0.w_exc", "layer2.0.conv1.inserted.0.w_inh"], name => Assert.True(model.state_dict()[name].min().item<float>() >= 0, name));
        }

        Assert.False(Same(start, inner.Layer.get_parameter("w_exc")!));
        model.eval();
        Assert.False(inner.Layer.training);
    }

    [Fact]
    public void SavedModel_LoadsIntoOneWithTheSameInsertions()
    {
        using var saved = Network();
        using var loaded = Network();
        var images = rand(2, 3, 32, 32);
        foreach (var model in new[] { saved, loaded })
        {
            model.InsertAfter("conv1", Make, images);
            model.InsertAfter("layer1", channels => new Gdn(channels), images);
        }

        saved.call(images); // moves the running statistics
        saved.eval();
        loaded.eval();
        ModuleState.SaveModule(saved, folder["model.safetensors"]);
        Assert.False(Same(saved.call(images), loaded.call(images)));
        ModuleState.LoadModule(loaded, folder["model.safetensors"]);
        Assert.True(Same(saved.call(images), loaded.call(images)));

        // without the insertions the file does not fit, by TorchSharp's own format neither
        using var plain = Network();
        Assert.Contains("conv1.inserted.0", Assert.Throws<UserInputException>(() => ModuleState.LoadModule(plain, folder["model.safetensors"])).Message, StringComparison.Ordinal);
        saved.save(folder["model.dat"]);
        Assert.Throws<ArgumentException>(() => plain.load(folder["model.dat"]));
        loaded.load(folder["model.dat"]);
        Assert.True(Same(saved.call(images), loaded.call(images)));
    }

    [Fact]
    public void Layer_StandsBetweenTheSubmoduleAndItsCaller()
    {
        using var model = Network();
        model.eval();
        var images = rand(2, 3, 32, 32);
        var conv = model.named_modules().Single(child => child.name == "layer1.0.conv1").module;
        Tensor? before = null;
        ((Conv2d)conv).register_forward_hook((_, _, output) => before = output.clone());
        var insertion = model.InsertAfter("layer1.0.conv1", Make, images);
        Tensor? after = null;
        var bn = (BatchNorm2d)model.named_modules().Single(child => child.name == "layer1.0.bn1").module;
        bn.register_forward_pre_hook((_, input) => after = input.clone());
        model.call(images);
        Assert.True(Same(insertion.Layer.call(before!), after!));
    }

    [Fact]
    public void Insertions_UndoneInAnyOrder_LeaveNoTrace()
    {
        string[] places = ["conv1", "conv1", "bn1", "relu", "maxpool", "layer1", "layer1.0", "layer1.0.conv1", "layer2.0.downsample", "layer2.0.downsample.0", "layer4.0.bn2"];
        var images = rand(1, 3, 32, 32);
        var orders = Gen.Select(Gen.Shuffle(places), Gen.Shuffle(Enumerable.Range(0, places.Length).ToArray()));
        orders.Sample(
            order =>
            {
                using var inner = NewDisposeScope();
                using var model = Network();
                model.eval();
                var (state, output, modules) = (State(model), model.call(images), model.named_modules().ToList());
                var insertions = order.Item1.Select(place => model.InsertAfter(place, channels => new Gdn(channels), images)).ToList();
                Assert.Equal(places.Length, insertions.Select(one => one.Name).Distinct().Count());
                Assert.All(insertions, one => Assert.Contains(one.Name + ".gamma_free", model.state_dict().Keys));
                Assert.False(Same(output, model.call(images)));
                foreach (int undone in order.Item2)
                    insertions[undone].Dispose();
                Assert.Equal(modules, model.named_modules());
                Assert.Equal(state.Keys, model.state_dict().Keys);
                Assert.All(state, pair => Assert.True(Same(pair.Value, model.state_dict()[pair.Key]), pair.Key));
                Assert.True(Same(output, model.call(images)));
            },
            iter: 4,
            threads: 1);
    }

    [Fact]
    public void TwoLayersAtOnePlace_RunInOrder_AndKeepTheirNames()
    {
        using var model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU());
        model.eval();
        var image = rand(1, 1, 8, 8);
        var plain = model.call(image);
        var half = model.InsertAfter("0", _ => new Composed(x => x * 0.5));
        var shift = model.InsertAfter("0", _ => new Composed(x => x - 3));
        var raw = ((Conv2d)model.named_children().First().module).forward(image);
        Assert.True(Same((raw * 0.5 - 3).relu(), model.call(image)));
        Assert.Equal(("0.inserted.0", "0.inserted.1"), (half.Name, shift.Name));

        var taken = half.Undo();
        Assert.Same(taken, half.Undo());
        Assert.True(Same((raw - 3).relu(), model.call(image)));
        Assert.Contains("0.inserted.1", model.named_modules().Select(child => child.name));
        var again = model.InsertAfter("0", _ => taken);
        Assert.Equal("0.inserted.2", again.Name);
        shift.Dispose();
        again.Dispose();
        Assert.True(Same(plain, model.call(image)));
    }

    [Fact]
    public void Layer_CanBeInsertedBehindAnInsertedOne()
    {
        using var model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU());
        var image = rand(1, 1, 8, 8);
        var outer = model.InsertAfter("0", Make, image);
        var inner = model.InsertAfter(outer.Name, channels => new Gdn(channels), image);
        Assert.Equal("0.inserted.0.inserted.0", inner.Name);
        Assert.Contains("0.inserted.0.inserted.0.gamma_free", model.state_dict().Keys);
        Assert.All(inner.Layer.parameters(), parameter => Assert.Null(parameter.grad));
        model.call(image).sum().backward();
        Assert.All(inner.Layer.parameters(), parameter => Assert.NotNull(parameter.grad));
        using var layer = outer.Undo();
        Assert.Equal(["0", "1"], model.named_modules().Select(child => child.name));
        Assert.Equal("inserted.0", layer.named_modules().Last().name);
    }

    [Fact]
    public void Sequential_InsideSequential_KeepsItsNames()
    {
        using var model = Vgg();
        var image = rand(2, 3, 16, 16);
        string[] names = [.. model.state_dict().Keys];
        Assert.Equal("features.0.inserted.0", model.InsertAfter("features.0", Make).Name);
        Assert.Equal("features.1.inserted.0", model.InsertAfter("features.1", Make, image).Name); // a ReLU
        Assert.Equal("features.4.inserted.0", model.InsertAfter("features", Make, image).Name);
        Assert.Equal(names, model.state_dict().Keys.Where(name => !name.Contains("inserted", StringComparison.Ordinal)));
        Assert.Equal(names.Length + 3 * 9, model.state_dict().Count);
        Assert.Equal(model.state_dict().Count, model.named_parameters().Count() + model.named_buffers().Count());
        using var optimizer = optim.SGD(model.parameters(), 0.1);
        model.call(image).sum().backward();
        Assert.All(model.parameters(), parameter => Assert.NotNull(parameter.grad));
        optimizer.step();
        model.zero_grad();
        Assert.All(model.parameters(), parameter => Assert.Null(parameter.grad));
    }

    [Fact]
    public void WhatFollowsALayer_MayWorkInPlace()
    {
        var conv = nn.Conv2d(3, 4, 3, padding: 1);
        using var model = new Composed(x => conv.call(x).add_(1), ("conv", conv));
        var image = rand(2, 3, 8, 8);
        var plain = conv.call(image).detach();
        model.InsertAfter("conv", _ => nn.ReLU(), image); // its gradient is where its output is above zero
        var output = model.call(image);
        output.sum().backward();
        Assert.True(Same(plain.relu() + 1, output));
        Assert.True(Same(plain.gt(0).sum([0, 2, 3]).to(ScalarType.Float32), conv.bias!.grad!));
    }

    [Fact]
    public void Layers_FollowTheModel_WhereTorchSharpDoesNotMoveChildren()
    {
        using var model = Vgg();
        var image = rand(2, 3, 16, 16, dtype: ScalarType.Float64);
        foreach (string place in (string[])["features.0", "features.1", "features.2"])
            model.InsertAfter(place, Make, image.to(ScalarType.Float32));
        model.to(ScalarType.Float64);
        Assert.All(model.parameters(), parameter => Assert.Equal(ScalarType.Float64, parameter.dtype));
        Assert.All(model.named_buffers().Where(buffer => buffer.buffer.is_floating_point()), buffer => Assert.Equal(ScalarType.Float64, buffer.buffer.dtype));
        var parameters = model.parameters().ToList();
        model.call(image).sum().backward();
        Assert.All(parameters, parameter => Assert.NotNull(parameter.grad)); // what an optimiser was given is what the pass used

        // made for a double-precision model, a layer is double from the start; back again, it computes as if it had never left
        using var later = model.InsertAfter("features.3", Make, image);
        Assert.Equal(ScalarType.Float64, later.Layer.parameters().First().dtype);
        model.to(ScalarType.Float32);
        Assert.Equal(ScalarType.Float32, model.call(image.to(ScalarType.Float32)).dtype);
        Assert.Equal(ScalarType.Float32, later.Layer.parameters().First().dtype);
    }

    [Fact]
    public void CustomModel_OnAnyPath_MovesItsLayers()
    {
        using var model = Network();
        var images = rand(1, 3, 32, 32);
        foreach (string place in (string[])["conv1", "relu", "layer1.0", "layer2"])
            model.InsertAfter(place, Make, images);
        model.to(ScalarType.Float64);
        Assert.All(model.parameters(), parameter => Assert.Equal(ScalarType.Float64, parameter.dtype));
        Assert.Equal(ScalarType.Float64, model.call(images.to(ScalarType.Float64).repeat(2, 1, 1, 1)).dtype);
    }

    [Fact]
    public void ModuleListsAndDictionaries_HoldPlacesToo()
    {
        var list = new ModuleList<Conv2d>(nn.Conv2d(1, 3, 3), nn.Conv2d(3, 3, 3));
        var heads = new ModuleDict<Conv2d> { ("edge", nn.Conv2d(3, 2, 1)) };
        using var model = new Composed(x => heads["edge"].call(list[1].call(list[0].call(x))), ("blocks", list), ("heads", heads));
        var image = rand(1, 1, 9, 9);
        var plain = model.call(image);
        using (var first = model.InsertAfter("blocks.1", Make, image))
        using (var second = model.InsertAfter("heads.edge", Make, image))
        {
            Assert.Equal(("blocks.1.inserted.0", "heads.edge.inserted.0"), (first.Name, second.Name));
            Assert.False(Same(plain, model.call(image)));
        }

        Assert.True(Same(plain, model.call(image)));
        Refused("ModuleList does not turn tensors into one tensor; name a module within it, such as blocks.0 or blocks.1", () => model.InsertAfter("blocks", Make, image));
    }

    [Fact]
    public void ModelOfTwoInputs_IsProbedByACall()
    {
        using var model = new TwoImages();
        var (a, b) = (rand(2, 1, 8, 8), rand(2, 1, 8, 8));
        var plain = model.call(a, b);
        Refused("give a probe that calls it: () => model.call(...)", () => model.InsertAfter("left", Make, a));
        using (var insertion = model.InsertAfter("sum", Make, () => model.call(a, b)))
        {
            Assert.Equal(4, insertion.Channels);
            Assert.True(Same(insertion.Layer.call(plain), model.call(a, b)));
        }

        Assert.True(Same(plain, model.call(a, b)));
    }

    [Theory]
    [MemberData(nameof(Registry))]
    public void EveryLayerOfTheRegistry_CanBeInserted(string name)
    {
        using var model = Network();
        var images = rand(2, 3, 32, 32);
        nn.Module<Tensor, Tensor> made(long channels) => NormalizationLayers.Find(name).Create(channels, seed: 1);
        var plain = State(model);
        using (var behindWeights = model.InsertAfter("layer1.1.bn2", made, images))
        using (var behindPool = model.InsertAfter("maxpool", made, images))
        {
            model.call(images).square().sum().backward();
            Assert.All(behindWeights.Layer.named_parameters().Concat(behindPool.Layer.named_parameters()), p => Assert.NotNull(p.parameter.grad));
        }

        Assert.Equal(plain.Keys, model.state_dict().Keys);
    }

    [Fact]
    public void Passes_AndInsertions_LeakNoTensor()
    {
        using var model = Vgg();
        using var inputs = rand(2, 3, 16, 16);
        model.InsertAfter("features.1", Make, inputs);
        Pass();
        var statistics = DisposeScopeManager.Statistics.TensorStatistics;
        long before = statistics.ThreadTotalLiveCount;
        for (int i = 0; i < 20; i++)
        {
            model.InsertAfter("features.0", Make, inputs).Dispose();
            Pass();
        }

        Assert.Equal(before, statistics.ThreadTotalLiveCount);

        // what passes between the modules of a Sequential is let go even where nobody opens a scope
        model.eval();
        using var _ = no_grad();
        for (int i = 0; i < 20; i++)
            model.call(inputs).Dispose();
        Assert.Equal(before, statistics.ThreadTotalLiveCount);

        void Pass()
        {
            using var batch = NewDisposeScope();
            model.call(inputs).sum().backward();
            model.zero_grad();
        }
    }

    [Fact]
    public void Layer_MadeInAScope_OutlivesIt_AndIsDisposedWithTheModel()
    {
        var model = Vgg();
        Insertion insertion;
        using (NewDisposeScope())
            insertion = model.InsertAfter("features.0", channels => nn.Sequential(nn.BatchNorm2d(channels)));
        var weight = insertion.Layer.parameters().First();
        Assert.False(weight.IsInvalid);
        model.call(rand(2, 3, 16, 16));
        model.Dispose();
        Assert.True(weight.IsInvalid);
        insertion.Dispose();
        Assert.Throws<ObjectDisposedException>(() => model.InsertAfter("features.0", Make));
        Assert.Throws<ObjectDisposedException>(() => model.InsertionPoints());
    }

    [Fact]
    public void UnknownName_IsAnsweredWithNearOnes()
    {
        using var model = Network();
        string message = Refused("ResNet has no submodule 'layer1.0.conv3'", () => model.InsertAfter("layer1.0.conv3", Make));
        Assert.Contains("layer1.0.conv1", message, StringComparison.Ordinal);
        Assert.Contains("layer1.0.conv2", message, StringComparison.Ordinal);
        Refused("it has none", () => new Composed(x => x).InsertAfter("conv1", Make));
    }

    [Fact]
    public void LayersThatDoNotFit_AreRefused_AndLeaveTheModelAsItWas()
    {
        using var model = Network();
        string[] names = [.. model.state_dict().Keys];
        var images = rand(1, 3, 32, 32);
        Refused("The layer made for the 4 channels of 'conv1' does not take its output [1, 4, 16, 16]: DivNormEI of 5 channels", () => model.InsertAfter("conv1", _ => new Layer(5), images));
        Refused("does not take its output [1, 4, 8, 8]", () => model.InsertAfter("conv1", _ => new Layer(5)));
        Refused("it must keep the shape", () => model.InsertAfter("conv1", channels => nn.Conv2d(channels, 2, 1), images));
        Refused("No layer was made", () => model.InsertAfter("conv1", _ => null!, images));
        Refused("The probe pass failed", () => model.InsertAfter("conv1", Make, rand(1, 2, 32, 32)));
        using var insertion = model.InsertAfter("conv1", Make, images);
        Refused("in the model already", () => model.InsertAfter("bn1", _ => insertion.Layer, images));
        insertion.Dispose();
        Assert.Equal(names, model.state_dict().Keys);
    }

    private static Layer Make(long channels) => new(channels, new DivNormEIOptions { Seed = 1, ExcitationKernel = 3, InhibitionKernel = 3 });

    private static ThirdPartyResNet Network()
    {
        random.manual_seed(7);
        return new ThirdPartyResNet();
    }

    private static Sequential Vgg() => nn.Sequential(
        ("features", nn.Sequential(nn.Conv2d(3, 4, 3, padding: 1), nn.ReLU(inplace: true), nn.MaxPool2d(2), nn.Conv2d(4, 6, 3, padding: 1), nn.ReLU(inplace: true))),
        ("pool", nn.AdaptiveAvgPool2d(1)),
        ("flat", nn.Flatten()),
        ("classifier", nn.Linear(6, 2)));

    private static Dictionary<string, Tensor> State(nn.Module model) => model.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.clone());

    private static bool Same(Tensor a, Tensor b) => a.shape.SequenceEqual(b.shape) && a.eq(b).all().item<bool>();

    private static string Refused(string expected, Action action)
    {
        string message = Assert.ThrowsAny<ArgumentException>(action).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        return message;
    }
}
