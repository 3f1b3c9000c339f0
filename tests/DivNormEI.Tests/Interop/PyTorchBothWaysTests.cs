using DivNorm.Interop;
using DivNorm.Layers;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using Layer = DivNorm.Layers.DivNormEI;

namespace DivNorm.Tests.Interop;

/// <summary>The layer here and the module of docs/pytorch.md, run by PyTorch: weights made here go there, are trained there and come back.</summary>
public sealed class PyTorchBothWaysTests : IDisposable
{
    private const double Tolerance = 1e-5;

    private const string Train = """
        import os, sys
        torch.manual_seed(1)
        for case in sorted(os.listdir(sys.argv[1])):
            at = lambda name: os.path.join(sys.argv[1], case, name)
            if not os.path.isdir(at("")):
                continue
            tensors, said = read_file(at("here.safetensors"))
            layer = DivNormEI(
                len(tensors["sigma"]), int(said["kernel_div"]), int(said.get("kernel_exc", 0)), int(said.get("kernel_inh", 0)), said["excitation_source"],
                said["lateral_bias"] == "True", float(said["epsilon"]), float(said["bn_eps"]), float(said["bn_momentum"]), said["non_negativity"] == "all_parameters")
            layer.to(tensors["sigma"].dtype).load_state_dict(tensors)
            save_file(layer.state_dict(), at("again.safetensors"), said)

            given = load_file(at("given.safetensors"))
            outputs = {"eval": layer.eval()(given["input"]), "train": layer.train()(given["input"])}
            outputs["mean"], outputs["var"] = layer.bn.running_mean.clone(), layer.bn.running_var.clone()
            optimizer = torch.optim.Adam(layer.parameters(), lr=0.02)
            for step in range(5):
                optimizer.zero_grad()
                ((layer(given["input"]) - given["target"]) ** 2).mean().backward()
                optimizer.step()
            outputs["after"] = layer.eval()(given["input"])
            save_file(outputs, at("outputs.safetensors"))
            save_file(layer.state_dict(), at("trained.safetensors"), said)
            network = torch.nn.ModuleDict({"norm": layer})
            torch.save({"state_dict": network.state_dict(), "epoch": 5, **said}, at("trained.pt"))
        """;

    private const string Compare = """
        import os, sys
        for case in sorted(os.listdir(sys.argv[1])):
            at = lambda name: os.path.join(sys.argv[1], case, name)
            if os.path.isdir(at("")):
                there, here = torch.load(at("trained.pt"))["state_dict"], load_file(at("back.safetensors"))
                assert len(there) == len(here) and all(torch.equal(value, here[name[5:]]) for name, value in there.items()), case
                print(case)
        """;

    private static readonly Dictionary<string, (long Channels, DivNormEIOptions Options, ScalarType Type)> Cases = new()
    {
        ["paper"] = (6, DivNormEIOptions.Paper, ScalarType.Float32),
        ["authors"] = (4, DivNormEIOptions.AuthorsCode, ScalarType.Float32),
        ["options"] = (5, DivNormEIOptions.Paper with
        {
            DivisionKernel = 1,
            ExcitationKernel = 5,
            InhibitionKernel = 3,
            ExcitationSource = ExcitationSource.Normalized,
            LateralBias = true,
            Epsilon = 1e-3,
            BatchNormEpsilon = 1e-4,
            BatchNormMomentum = 0.3,
        }, ScalarType.Float32),
        ["excitation"] = (3, DivNormEIOptions.Paper with { LateralParts = LateralParts.ExcitationOnly, LateralBias = true }, ScalarType.Float32),
        ["inhibition"] = (3, DivNormEIOptions.Paper with { LateralParts = LateralParts.InhibitionOnly }, ScalarType.Float32),
        ["division"] = (3, DivNormEIOptions.Paper with { LateralParts = LateralParts.None }, ScalarType.Float32),
        ["double"] = (1, DivNormEIOptions.Paper with { Epsilon = 0 }, ScalarType.Float64),
    };

    private readonly TemporaryFolder folder = new();
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose()
    {
        scope.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void Layer_GoesToPyTorchIsTrainedThereAndComesBack()
    {
        var python = PyTorchProcess.OrSkip(folder);
        var expected = Cases.ToDictionary(pair => pair.Key, pair => MakeHere(pair.Key));
        python.Run(Train);
        foreach (var (name, outputs) in expected)
            CheckThere(name, outputs);
        Assert.Equal(Cases.Keys.Order(StringComparer.Ordinal), python.Run(Compare).Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>Saves a layer with an input and a target, and computes what PyTorch must.</summary>
    private Dictionary<string, Tensor> MakeHere(string name)
    {
        var (channels, options, type) = Cases[name];
        using var layer = new Layer(channels, options with { Seed = 3 }, CPU, type);
        using var generator = new Generator(5, CPU);
        Tensor Random() => rand([2, channels, 13, 11], type, generator: generator);
        using (no_grad())
        {
            layer.call(Random() * 3).Dispose(); // moves the running statistics away from their start
            layer.BatchNorm.weight!.add_(rand([channels], type, generator: generator));
            layer.BatchNorm.bias!.add_(rand([channels], type, generator: generator) * 0.3);
            var input = Random() * 2;
            DivNormEIFile.Save(At(name, "here.safetensors"), layer);
            SafetensorsFile.Write(At(name, "given.safetensors"), [("input", input), ("target", Random())]);
            layer.eval();
            var outputs = new Dictionary<string, Tensor> { ["eval"] = layer.call(input) };
            layer.train();
            outputs["train"] = layer.call(input);
            (outputs["mean"], outputs["var"]) = (layer.BatchNorm.running_mean!.clone(), layer.BatchNorm.running_var!.clone());
            return outputs;
        }
    }

    private void CheckThere(string name, Dictionary<string, Tensor> expected)
    {
        AssertSame(At(name, "here.safetensors"), At(name, "again.safetensors"));
        using var outputs = SafetensorsFile.Open(At(name, "outputs.safetensors"));
        foreach (var (output, value) in expected)
            AssertClose(value, outputs.Read(output), $"{name}: {output}");

        using var layer = DivNormEIFile.Load(At(name, "trained.safetensors"));
        using var fromPt = DivNormEIFile.Load(At(name, "trained.pt"));
        Assert.Equal(Cases[name].Type, layer.Sigma.dtype);
        DivNormEIFile.Save(At(name, "back.safetensors"), layer);
        DivNormEIFile.Save(At(name, "back-from-pt.safetensors"), fromPt);
        AssertSame(At(name, "trained.safetensors"), At(name, "back.safetensors"));
        AssertSame(At(name, "trained.safetensors"), At(name, "back-from-pt.safetensors"));
        Assert.False(File.ReadAllBytes(At(name, "here.safetensors")).SequenceEqual(File.ReadAllBytes(At(name, "back.safetensors"))));

        using var given = SafetensorsFile.Open(At(name, "given.safetensors"));
        using var _ = no_grad();
        layer.eval();
        AssertClose(layer.call(given.Read("input")), outputs.Read("after"), $"{name}: after");

        // the training went below zero, and the module took it back before it was saved
        using var trained = SafetensorsFile.Open(At(name, "trained.safetensors"));
        var lateral = trained.Tensors.Where(entry => entry.Name.StartsWith("w_", StringComparison.Ordinal)).Select(entry => trained.Read(entry.Name)).ToList();
        Assert.All(lateral, weight => Assert.True(weight.min().ToDouble() >= 0));
        Assert.Contains(lateral, weight => weight.eq(0).any().item<bool>());
    }

    private static void AssertSame(string expected, string actual)
    {
        using var first = SafetensorsFile.Open(expected);
        using var second = SafetensorsFile.Open(actual);
        Assert.Equal(first.Metadata.OrderBy(pair => pair.Key), second.Metadata.OrderBy(pair => pair.Key));
        Assert.Equal(first.Tensors.Select(entry => entry.Name).Order(StringComparer.Ordinal), second.Tensors.Select(entry => entry.Name).Order(StringComparer.Ordinal));
        foreach (var entry in first.Tensors)
        {
            var (one, other) = (first.Read(entry.Name), second.Read(entry.Name));
            Assert.Equal((one.dtype, entry.Name), (other.dtype, entry.Name));
            Assert.Equal(one.bytes.ToArray(), other.bytes.ToArray());
        }
    }

    private static void AssertClose(Tensor here, Tensor there, string what)
    {
        var error = (here - there).abs().max().ToDouble() / there.abs().max().ToDouble();
        Assert.True(error <= Tolerance, $"{what}: relative error {error:g3}");
    }

    private string At(string name, string file) => folder.At(name, file);
}
