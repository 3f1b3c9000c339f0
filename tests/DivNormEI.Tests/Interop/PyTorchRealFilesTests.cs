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

    private readonly TemporaryFolder folder = new();
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose()
    {
        scope.Dispose();
        folder.Dispose();
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
            ModuleState.LoadModule(network, file, prefix: "model.");
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

    private void Refused(string file, string message) =>
        Assert.Contains(message, Assert.Throws<UserInputException>(() => TensorFile.Open(folder[file])).Message, StringComparison.Ordinal);
}
