using DivNorm.Interop;
using Xunit;

namespace DivNorm.Tests.Interop;

/// <summary>Damaged copies of valid PyTorch files: each opens or is refused, and none costs more than its size warrants.</summary>
public sealed class PyTorchMutationTests
{
    private const int Mutations = 10_000;
    private const long MostBytes = 64L << 20;

    /// <summary>Opcodes and pieces of pickles, valid ones and attacks.</summary>
    private static readonly byte[][] Tokens =
    [
        .. "(.0123456789abcdehijlopqrstuBCFGIJKLMNPQRSTUVX]})".Select(letter => new[] { (byte)letter }),
        .. Enumerable.Range(0x80, 24).Select(opcode => new[] { (byte)opcode }),
        "cos\nsystem\n"u8.ToArray(), "ctorch\nFloatStorage\n"u8.ToArray(), "ctorch\nDoubleStorage\n"u8.ToArray(), "ccollections\nOrderedDict\n)R"u8.ToArray(),
        "ctorch._utils\n_rebuild_tensor_v2\n"u8.ToArray(), [0x4a, 0xff, 0xff, 0xff, 0xff], [0x4a, 0xff, 0xff, 0xff, 0x7f], [0x8a, 8, 255, 255, 255, 255, 255, 255, 255, 127],
        [0x72, 255, 255, 255, 255], [0x6a, 255, 255, 255, 255], [0x58, 255, 255, 255, 127], "]q\0h\0a"u8.ToArray(), "}q\0h\0h\0s"u8.ToArray(), "h\0h\u0001h\u0002"u8.ToArray(),
    ];

    [Fact]
    public void DamagedFile_IsReadOrRefused_NeverAnythingElse()
    {
        var random = new Random(20260102);
        var storage = new Storage("FloatStorage", "0", 24);
        View[] views =
        [
            new(storage, 0, [4, 6], [6, 1], IsParameter: true), new(storage, 2, [3, 2], [1, 6]), View.Of("DoubleStorage", "1", 3), View.Of("BoolStorage", "2", 2, 2),
            View.Of("LongStorage", "3"), View.Of("HalfStorage", "4", 5),
        ];
        var state = new StateDict();
        state.AddRange(views.Select((view, i) => ((object)$"w{i}", (object?)view)));
        var checkpoint = new Dictionary<string, object?> { ["state_dict"] = state, ["epoch"] = 3, ["lr"] = 0.1, ["list"] = new List<object?> { null, true, -5L, views[2] } };
        var pickle = PickleWriter.Write(checkpoint);
        var entries = views.Select(view => view.Storage).Distinct().Select(s => ($"data/{s.Key}", PyTorchBytes.Ascending(s))).ToArray();
        var valid = PyTorchBytes.File(pickle, entries);
        var refused = 0;
        for (var i = 0; i < Mutations; i++)
        {
            var bytes = (i % 5) switch
            {
                0 => Mutation.FlipBits(valid, random),
                1 => valid[..random.Next(valid.Length)],
                2 => PyTorchBytes.File(Mutation.FlipBits(pickle, random), entries),
                3 => PyTorchBytes.File(Mutation.Edit(pickle, Tokens, random), entries),
                _ => Mutation.Edit(valid, Tokens, random),
            };
            var before = GC.GetAllocatedBytesForCurrentThread();
            refused += IsRefused(bytes) ? 1 : 0;
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
        }

        // Both ways out must have been taken for the test to mean anything.
        Assert.InRange(refused, Mutations / 2, Mutations - 200);
    }

    private static bool IsRefused(byte[] bytes)
    {
        try
        {
            using var file = PyTorchBytes.Open(bytes);
            foreach (var entry in file.Tensors)
            {
                using var tensor = file.Read(entry.Name);
                Assert.Equal(entry.Shape, tensor.shape);
            }

            return false;
        }
        catch (UserInputException error)
        {
            Assert.StartsWith("bad.pt: ", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
            return true;
        }
    }
}
