using DivNorm.Interop;
using DivNorm.Layers;
using Xunit;
using static TorchSharp.torch;
using Layer = DivNorm.Layers.DivNormEI;

namespace DivNorm.Tests.Interop;

/// <summary>Damaged files of a layer, in both formats: each gives a layer or is refused.</summary>
public sealed class LayerMutationTests : IDisposable
{
    private const int Mutations = 2000;
    private const long MostBytes = 64L << 20;

    private static readonly byte[][] Tokens = Mutation.Tokens(
        "0", "9", "1e9", "-1", "nan", "63", "\"", ",", "}", "[", "w_div", "w_exc", "div.weight", "sigma", "kernel_div", "epsilon", "F64", "I64", "True", "input", "bn.");

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void DamagedLayer_IsReadOrRefused_NeverAnythingElse()
    {
        var random = new Random(20260104);
        using var layer = new Layer(2, DivNormEIOptions.AuthorsCode with { DivisionKernel = 1, ExcitationKernel = 3, InhibitionKernel = 1, Seed = 1 });
        var file = folder["layer"];
        DivNormEIFile.Save(file, layer);
        var safetensors = File.ReadAllBytes(file);
        var header = 8 + (int)BitConverter.ToInt64(safetensors);
        using (NewDisposeScope())
            PyTorchBytes.Write(file, layer.state_dict().Select(pair => (pair.Key, pair.Value)));
        var pyTorch = File.ReadAllBytes(file);
        var refused = 0;
        for (var i = 0; i < Mutations; i++)
        {
            var bytes = (i % 3) switch
            {
                0 => Mutation.FlipBits(pyTorch, random),
                1 => (byte[])[.. Mutation.FlipBits(safetensors[..header], random), .. safetensors[header..]],
                _ => WithHeader(Mutation.Edit(safetensors[8..header], Tokens, random), safetensors[header..]),
            };
            File.WriteAllBytes(file, bytes);
            var before = GC.GetAllocatedBytesForCurrentThread();
            refused += IsRefused(file) ? 1 : 0;
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
        }

        // Both ways out must have been taken for the test to mean anything.
        Assert.InRange(refused, Mutations / 4, Mutations - 100);
    }

    private static bool IsRefused(string file)
    {
        try
        {
            using var layer = DivNormEIFile.Load(file);
            return false;
        }
        catch (UserInputException error)
        {
            Assert.StartsWith(file, error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
            return true;
        }
    }

    private static byte[] WithHeader(byte[] header, byte[] data) => [.. BitConverter.GetBytes((long)header.Length), .. header, .. data];
}
