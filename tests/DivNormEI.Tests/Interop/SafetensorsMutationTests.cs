using System.Text;
using DivNorm.Interop;
using Xunit;

namespace DivNorm.Tests.Interop;

/// <summary>Damaged copies of a valid file: each opens or is refused, and none costs more than its size warrants.</summary>
public sealed class SafetensorsMutationTests
{
    private const int Mutations = 10_000;
    private const long MostBytes = 64L << 20;

    private static readonly byte[] Header = Encoding.UTF8.GetBytes("""
        {"__metadata__":{"kernel_div":"5","source":"input"},
        "a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"b":{"dtype":"I64","shape":[],"data_offsets":[24,32]},
        "c":{"dtype":"BOOL","shape":[4,0],"data_offsets":[32,32]},"d":{"dtype":"BF16","shape":[3],"data_offsets":[32,38]}}
        """.ReplaceLineEndings(""));

    private static readonly byte[][] Tokens = Mutation.Tokens(
        "0", "-1", "9", "99999999999999999999", "9223372036854775807", "1e3", "[", "]", "{", "}", ",", ":", "\"", "\\u0000", "\\ud800", "null",
        "true", "\"a\"", "F64", "F4", "U64", "__metadata__", "shape", "[0,0]", "[[[[[[[[[[[[[[[[[[[[", " ", "\n");

    [Fact]
    public void DamagedFile_IsReadOrRefused_NeverAnythingElse()
    {
        var random = new Random(20260101);
        var valid = SafetensorsBytes.File(Header, 38);
        var refused = 0;
        for (var i = 0; i < Mutations; i++)
        {
            var bytes = (i % 4) switch
            {
                0 => Mutation.FlipBits(valid, random),
                1 => valid[..random.Next(valid.Length)],
                2 => EditHeader(random),
                _ => Mutation.FlipBits(EditHeader(random), random),
            };
            var before = GC.GetAllocatedBytesForCurrentThread();
            refused += IsRefused(bytes) ? 1 : 0;
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
        }

        // Both ways out must have been taken for the test to mean anything.
        Assert.InRange(refused, Mutations / 2, Mutations - 150);
    }

    private static bool IsRefused(byte[] bytes)
    {
        try
        {
            using var file = SafetensorsBytes.Open(bytes);
            foreach (var entry in file.Tensors.Where(entry => entry.ScalarType is not null))
            {
                using var tensor = file.Read(entry.Name);
                Assert.Equal(entry.Shape, tensor.shape);
            }

            return false;
        }
        catch (UserInputException error)
        {
            Assert.StartsWith("bad.safetensors: ", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
            return true;
        }
    }

    /// <summary>An edited header, with the length that belongs to it.</summary>
    private static byte[] EditHeader(Random random) => SafetensorsBytes.File(Mutation.Edit(Header, Tokens, random), random.Next(8) == 0 ? random.Next(64) : 38);
}
