using DivNorm.Interop;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Tests.Interop;

/// <summary>Files that PyTorch itself has written.</summary>
public sealed class PyTorchRealFilesTests : IDisposable
{
    private const string Write = """
        import os, sys
        from collections import OrderedDict
        torch.manual_seed(1)
        at = lambda name: os.path.join(sys.argv[1], name)

        base = torch.arange(-12, 12)
        kinds = [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool]
        tensors = {str(kind)[6:]: base.to(kind).reshape(4, 6) for kind in kinds}
        images = torch.randn(2, 3, 4, 5)
        tensors.update(
            transposed=images.transpose(1, 3), last=images.to(memory_format=torch.channels_last), part=images[1, :, ::2, 1:], scalar=torch.tensor(2.5),
            none=torch.empty(0, 3), parameter=torch.nn.Parameter(images[0]), many=torch.arange(70000))
        torch.save(tensors, at("tensors.pt"))
        exact = {name: value.detach().double() for name, value in tensors.items() if value.numel()}
        save_file(exact, at("tensors.safetensors"))

        network = torch.nn.Sequential(torch.nn.Conv2d(1, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.Flatten(), torch.nn.Linear(144, 3))
        optimizer = torch.optim.Adam(network.parameters())
        network(torch.randn(2, 1, 8, 8)).sum().backward()
        optimizer.step()
        torch.save({"model": network.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3, "history": [0.5, 0.25]}, at("checkpoint.pt"))

        class Attack:
            def __reduce__(self):
                return os.system, ("touch " + at("attacked"),)

        torch.save({"weight": Attack()}, at("attack.pt"))
        torch.save(network, at("module.pt"))
        torch.save(network.state_dict(), at("legacy.pt"), _use_new_zipfile_serialization=False)
        torch.jit.script(network).save(at("script.pt"))
        torch.save({"w": torch.zeros(1).expand(5)}, at("expanded.pt"))
        torch.save({"w": torch.zeros(2, dtype=torch.complex64)}, at("complex.pt"))
        torch.save({"w": torch.eye(2).to_sparse()}, at("sparse.pt"))
        torch.save(network.state_dict(), at("protocol.pt"), pickle_protocol=4)
        """;

    /// <summary>A layer with the names of the authors' public code and what that computes.</summary>
    private const string Authors = """
        import os, sys
        torch.manual_seed(2)
        at = lambda name: os.path.join(sys.argv[1], name)

        class Encoder(torch.nn.Module):
            def __init__(self, c):
                super().__init__()
                self.div = torch.nn.Conv2d(c, c, 5, padding=2, groups=c, bias=False)
                self.e_e, self.i_e = torch.nn.Conv2d(c, c, 9, padding=4), torch.nn.Conv2d(c, c, 5, padding=2)
                self.sigma, self.output_bn = torch.nn.Parameter(torch.rand(1, c, 1, 1) + 0.5), torch.nn.BatchNorm2d(c)

            def forward(self, x):
                yn = x ** 2 / (self.div(x ** 2) + self.sigma ** 2 + 1e-5)
                return torch.relu(self.output_bn(yn + self.e_e(yn) - self.i_e(yn)))

        network = torch.nn.ModuleDict({"encoder": Encoder(8), "decoder": torch.nn.Conv2d(8, 1, 3)})
        for parameter in network.parameters():
            parameter.data.clamp_(min=0)
        images = torch.rand(3, 8, 12, 10) * 2
        network["encoder"](images)
        torch.save({"epoch": 1, "state_dict": network.state_dict()}, at("authors.pt"))
        save_file(network.state_dict(), at("authors.safetensors"))
        save_file({"input": images, "output": network.eval()["encoder"](images)}, at("given.safetensors"))
        """;

    private readonly TemporaryFolder folder = new();
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose()
    {
        scope.Dispose();
        folder.Dispose();
    }

    /// <summary>The page's stand-in for the safetensors package, on what this project writes.</summary>
    [Fact]
    public void Page_ReadsEveryTypeThatNumPyHas_AndTensorsWithoutElements()
    {
        using var scope = NewDisposeScope();
        ScalarType[] types = [ScalarType.Float64, ScalarType.Float32, ScalarType.Float16, ScalarType.Int64, ScalarType.Int32, ScalarType.Int16, ScalarType.Int8, ScalarType.Byte, ScalarType.Bool];
        var python = PyTorchProcess.OrSkip(folder);
        SafetensorsFile.Write(folder["all.safetensors"], [.. types.SelectMany(type => ((string, Tensor)[])[($"{type}", ones(2, 3, type)), ($"no {type}", ones(0, 3, type))])]);
        string output = python.Run("""
            import os, sys
            tensors = load_file(os.path.join(sys.argv[1], "all.safetensors"))
            print(len(tensors), all(list(t.shape) == [0 if name.startswith("no") else 2, 3] and bool((t == 1).all()) for name, t in tensors.items()))
            """);
        Assert.Equal("18 True", output.Trim());
    }

    [Fact]
    public void TensorsOfEveryTypeAndStride_AreReadAndAllElseIsRefusedByName()
    {
        PyTorchProcess.OrSkip(folder).Run(Write);
        using (var file = TensorFile.Open(folder["tensors.pt"]))
        using (var exact = SafetensorsFile.Open(folder["tensors.safetensors"]))
        {
            Assert.Equal(exact.Tensors.Count + 1, file.Tensors.Count);
            foreach (var entry in exact.Tensors)
                Assert.True(exact.Read(entry.Name).Equals(file.Read(entry.Name).to(ScalarType.Float64)), entry.Name);
            Assert.Equal([0, 3], file.Read("none").shape);
            Assert.Equal(["F32", "F64", "F16", "BF16", "I64", "I32", "I16", "I8", "U8", "BOOL"], file.Tensors.Take(10).Select(entry => entry.DType));
        }

        using (var file = PyTorchFile.Open(folder["checkpoint.pt"]))
        {
            Assert.Equal("3", file.Metadata["epoch"]);
            Assert.Equal([4, 1, 3, 3], file.Read("optimizer.state.0.exp_avg").shape);
            using var network = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(144, 3));
            ModuleState.LoadModule(network, file, strict: true, prefix: "model.");
        }

        Refused("attack.pt", "it refers to 'posix.system'");
        Assert.False(File.Exists(folder["attacked"]));
        Refused("module.pt", "it refers to 'torch.nn.modules.container.Sequential'");
        Refused("legacy.pt", "in the format of PyTorch before 1.6");
        Refused("script.pt", "is a TorchScript program");
        Refused("expanded.pt", "tensor 'w': shape [5] repeats elements of storage '0', which holds 1");
        Refused("complex.pt", "it refers to 'torch.ComplexFloatStorage'");
        Refused("sparse.pt", "it refers to 'torch._utils._rebuild_sparse_tensor'");
        Refused("protocol.pt", "it is of pickle protocol 4");
    }

    [Fact]
    public void AuthorsCheckpoint_ComputesWhatTheirLayerDoes()
    {
        PyTorchProcess.OrSkip(folder).Run(Authors);
        using var given = SafetensorsFile.Open(folder["given.safetensors"]);
        var expected = given.Read("output");
        foreach (var file in (string[])["authors.pt", "authors.safetensors"])
        {
            using var layer = DivNormEIFile.Load(folder[file]);
            layer.eval();
            using var _ = no_grad();
            var error = (layer.call(given.Read("input")) - expected).abs().max().ToDouble() / expected.abs().max().ToDouble();
            Assert.True(error <= 1e-5, $"{file}: relative error {error:g3}");
        }
    }

    private void Refused(string file, string message) =>
        Assert.Contains(message, Assert.Throws<UserInputException>(() => TensorFile.Open(folder[file])).Message, StringComparison.Ordinal);
}
