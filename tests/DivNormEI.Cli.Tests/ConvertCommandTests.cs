using DivNorm.Interop;
using DivNorm.Layers;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Cli.Tests;

public sealed class ConvertCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose()
    {
        scope.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void AuthorsCheckpoint_BecomesALayerOfOurs()
    {
        PyTorchBytes.Write(folder["authors.pt"], Authors("encoder."));
        var (code, output, error) = Command.Run("convert", folder["authors.pt"], "--to", folder["layer.safetensors"]);
        Assert.Equal((0, string.Empty), (code, error));
        Assert.Equal(
            $"{folder["layer.safetensors"]}: 11 tensors, a DivNormEI layer of 4 channels: division 5, excitation 9 from Yn, inhibition 5, lateral biases",
            output.TrimEnd());
        using var layer = DivNormEIFile.Load(folder["layer.safetensors"]);
        Assert.Equal(DivNormEIOptions.AuthorsCode.ExcitationSource, layer.Options.ExcitationSource);
    }

    [Fact]
    public void Network_KeepsItsNames_OrGivesOneLayer()
    {
        PyTorchBytes.Write(folder["net.pth"], [.. Authors("norm."), ("conv.weight", randn(4, 3, 3, 3))]);
        var (code, output, _) = Command.Run("convert", folder["net.pth"], "--to", folder["net.safetensors"]);
        Assert.Equal((0, $"{folder["net.safetensors"]}: 12 tensors"), (code, output.TrimEnd()));
        using (var file = SafetensorsFile.Open(folder["net.safetensors"]))
            Assert.NotNull(file.Find("norm.div.weight"));
        Assert.Equal(0, Command.Run("convert", folder["net.safetensors"], "--to", folder["layer.safetensors"], "--layer", "norm").ExitCode);
        using (var file = SafetensorsFile.Open(folder["layer.safetensors"]))
            Assert.NotNull(file.Find("w_div"));
    }

    [Fact]
    public void BadInput_IsOneLine_AndWritesNothing()
    {
        PyTorchBytes.Write(folder["net.pt"], [("conv.weight", randn(2))]);
        File.WriteAllBytes(folder["attack.pt"], PyTorchBytes.File([0x80, 2, .. "cposix\nsystem\nX\u0004\0\0\0true\u0085R."u8]));
        Refused("no such file", folder["none.pt"]);
        Refused("it refers to 'posix.system', which the tensors of a state dict do not need; nothing was run", folder["attack.pt"]);
        Refused("holds no DivNormEI layer under 'norm'", folder["net.pt"], "--layer", "norm");

        void Refused(string expected, string file, params string[] options)
        {
            var (code, output, error) = Command.Run(["convert", file, "--to", folder["out.safetensors"], .. options]);
            Assert.Equal((2, string.Empty), (code, output));
            Assert.Contains(expected, error, StringComparison.Ordinal);
            Assert.Single(error.TrimEnd().Split('\n'));
            Assert.False(File.Exists(folder["out.safetensors"]));
        }
    }

    private static List<(string Name, Tensor Tensor)> Authors(string prefix) =>
    [
        (prefix + "sigma", ones(1, 4, 1, 1)),
        (prefix + "div.weight", rand(4, 1, 5, 5)),
        (prefix + "e_e.weight", rand(4, 4, 9, 9)),
        (prefix + "e_e.bias", rand(4)),
        (prefix + "i_e.weight", rand(4, 4, 5, 5)),
        (prefix + "i_e.bias", rand(4)),
        (prefix + "output_bn.weight", ones(4)),
        (prefix + "output_bn.bias", zeros(4)),
        (prefix + "output_bn.running_mean", zeros(4)),
        (prefix + "output_bn.running_var", ones(4)),
        (prefix + "output_bn.num_batches_tracked", tensor(3L)),
    ];
}
