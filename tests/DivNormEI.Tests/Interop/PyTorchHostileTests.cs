using System.IO.Compression;
using System.Text;
using DivNorm.Interop;
using Xunit;

namespace DivNorm.Tests.Interop;

/// <summary>Files that lie or attack: each is refused in one line, at the cost of a small file, and nothing is run.</summary>
public sealed class PyTorchHostileTests
{
    private const long MostBytes = 64L << 20;

    /// <summary>Opcodes after the protocol, and what the message says of them.</summary>
    public static TheoryData<string, string> Pickles => new()
    {
        { "", "at byte 2 it is cut off" },
        { ".", "it does not end with one value" },
        { "NN.", "it does not end with one value" },
        { "(.", "it does not end with one value" },
        { "N.N", "it does not end with one value" },
        { "cos\nsystem\n", "it refers to 'os.system', which the tensors of a state dict do not need; nothing was run" },
        { "cposix\nsystem\n(X\x04\0\0\0echotR.", "it refers to 'posix.system'" },
        { "c__builtin__\neval\n", "it refers to '__builtin__.eval'" },
        { "ctorch\nFloatStorage.x\n", "it refers to 'torch.FloatStorage.x'" },
        { "ca\u001b[31m\nb\n", @"it refers to 'a\u001b[31m.b'" },
        { "cos\nsystem", "it names something without an end" },
        { "ccollections\nOrderedDict\n(NtR.", "it calls collections.OrderedDict in a way that state dicts do not" },
        { "ctorch\nFloatStorage\n)R.", "it calls torch.FloatStorage in a way that state dicts do not" },
        { "ctorch._utils\n_rebuild_tensor_v2\n)R.", "a tensor is not described as torch.save does" },
        { "ctorch._utils\n_rebuild_parameter\n)R.", "it calls torch._utils._rebuild_parameter in a way that state dicts do not" },
        { "N)R.", "it calls something that is no function" },
        { "NNR.", "it calls something without a tuple of arguments" },
        { ")Q.", "it refers to something that is no storage of a tensor" },
        { "NQ.", "it refers to something that is no storage of a tensor" },
        { "}N\x81.", "it uses opcode 0x81" },
        { "I1\n.", "it uses opcode 0x49" },
        { "(ios\nsystem\n", "it uses opcode 0x69" },
        { "}Nb.", "it sets attributes of something that is no state dict" },
        { "N}b.", "it sets attributes of something that is no state dict" },
        { "NNa.", "it appends to something that is no list" },
        { "NNNs.", "it sets items of something that is no dict" },
        { "}(Nu.", "a dict has a key without a value" },
        { "a", "it takes a value from an empty stack" },
        { "R", "it takes a value from an empty stack" },
        { "N(b", "it takes a value from an empty stack" },
        { "N\x87", "it takes a value from an empty stack" },
        { "(e", "it takes a value from an empty stack" },
        { "t", "it ends something that has not begun" },
        { "h\0", "it recalls place 0 of its memo, and 0 are taken" },
        { "j\xff\xff\xff\xff", "it recalls place 4294967295 of its memo, and 0 are taken" },
        { "Nr\xff\xff\xff\x7f", "it remembers a value in place 2147483647 of its memo, and 0 are taken" },
        { "q\0", "it takes a value from an empty stack" },
        { "X\xff\xff\xff\xff", "it is cut off" },
        { "X\x01\0\0\0\xff.", "a text is not valid UTF-8" },
        { "\x8a\xff", "it is cut off" },
        { "\x8a\u0009aaaaaaaaa", "a whole number does not fit in 64 bits" },
    };

    /// <summary>A tensor's description, the bytes of its storage, and what the message says of it.</summary>
    public static TheoryData<long, long[], long[], long, int, string> Views => new()
    {
        { 0, [2], [1], 2, 7, "storage '0' holds 7 bytes, expected 2 elements of F32" },
        { 0, [2], [1], 3, 8, "storage '0' holds 8 bytes, expected 3 elements of F32" },
        { 0, [3], [1], 2, 8, "shape [3] reaches beyond storage '0' of 2 elements" },
        { 1, [2], [1], 2, 8, "shape [2] reaches beyond storage '0' of 2 elements" },
        { long.MaxValue, [2], [long.MaxValue], 2, 8, "shape [2] reaches beyond storage '0' of 2 elements" },
        { 0, [1000000000], [0], 2, 8, "shape [1000000000] repeats elements of storage '0', which holds 2" },
        { 0, [4294967296, 4294967296], [0, 0], 2, 8, "shape [4294967296, 4294967296] overflows" },
        { 0, [0, long.MaxValue, 4], [1, 1, 1], 2, 8, "shape [0, 9223372036854775807, 4] overflows" },
        { 0, [2], [], 2, 8, "shape [2] and strides [] differ in number" },
    };

    [Theory]
    [MemberData(nameof(Pickles))]
    public void BadPickle_GetsItsMessage(string opcodes, string message)
    {
        var error = Refused(PyTorchBytes.File(Pickle(opcodes)));
        Assert.StartsWith("bad.pt: data.pkl: at byte ", error, StringComparison.Ordinal);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Views))]
    public void TensorThatDoesNotFitItsStorage_IsNamed(long offset, long[] shape, long[] strides, long count, int bytes, string message)
    {
        var pickle = PickleWriter.Write(new StateDict { ("w", new View(new Storage("FloatStorage", "0", count), offset, shape, strides)) });
        Assert.StartsWith($"bad.pt: tensor 'w': {message}", Refused(PyTorchBytes.File(pickle, ("data/0", new byte[bytes]))), StringComparison.Ordinal);
    }

    [Fact]
    public void MoreDimensionsThanLibtorchHas_AreRefused()
    {
        var ones = Enumerable.Repeat(1L, 65).ToArray();
        var view = new View(new Storage("FloatStorage", "0", 1), 0, ones, ones);
        Assert.EndsWith("a tensor has more than 64 dimensions", Refused(PyTorchBytes.File(new StateDict { ("w", view) }, view)), StringComparison.Ordinal);
    }

    [Fact]
    public void StateThatIsNone_IsRefused()
    {
        var view = View.Of("FloatStorage", "0", 2);
        Assert.Equal("bad.pt: tensor 'w': storage '0' is missing", Refused(PyTorchBytes.File(new StateDict { ("w", view) })));
        Assert.StartsWith("bad.pt: holds a tensor without a name", Refused(PyTorchBytes.File(view, view)), StringComparison.Ordinal);
        Assert.StartsWith("bad.pt: holds no tensors", Refused(PyTorchBytes.File(3)), StringComparison.Ordinal);
        var twice = new StateDict { ("a.b", view), ("a", new StateDict { ("b", view) }) };
        Assert.Equal("bad.pt: two tensors are called 'a.b'", Refused(PyTorchBytes.File(twice, view)));
        var keyed = new StateDict { (0.5, view) };
        Assert.Equal("bad.pt: a tensor's key in a dict is neither a text nor a whole number", Refused(PyTorchBytes.File(keyed, view)));
    }

    [Fact]
    public void OtherArchives_AreToldWhatToDo()
    {
        Assert.Contains("is in the format of PyTorch before 1.6", Refused([0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e]), StringComparison.Ordinal);
        Assert.Contains("is a TorchScript program", Refused(PyTorchBytes.File(Pickle("}."), ("constants.pkl", []))), StringComparison.Ordinal);
        Assert.Contains("its numbers are not little-endian", Refused(PyTorchBytes.File(Pickle("}."), ("byteorder", "big"u8.ToArray()))), StringComparison.Ordinal);
        Assert.Contains("it is of pickle protocol 4; torch.save writes 2", Refused(PyTorchBytes.File([0x80, 4, (byte)'}', (byte)'.'])), StringComparison.Ordinal);
        Assert.Contains("it is no pickle", Refused(PyTorchBytes.File([])), StringComparison.Ordinal);

        var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = archive.CreateEntry("archive/data.pkl", CompressionLevel.SmallestSize).Open();
            entry.Write(Pickle("}."));
        }

        Assert.Contains("entry 'archive/data.pkl' is compressed or encrypted", Refused(stream.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void DeepAndRecursiveValues_AreRefused()
    {
        const int levels = 1_000_000;
        var deep = Pickle(new string(']', levels) + new string('a', levels - 1) + '.');
        Assert.Equal("bad.pt: its values are nested more than 32 deep, or within themselves", RefusedCheaply(PyTorchBytes.File(deep[..2].Concat(deep[2..100]).Concat(deep[(2 + levels)..(2 + levels + 97)]).Append((byte)'.').ToArray())));
        RefusedCheaply(PyTorchBytes.File(deep));
        Assert.Equal("bad.pt: its values are nested more than 32 deep, or within themselves", RefusedCheaply(PyTorchBytes.File(Pickle("]q\0h\0a."))));
        Assert.Equal("bad.pt: its values are nested more than 32 deep, or within themselves", RefusedCheaply(PyTorchBytes.File(Pickle("}q\0K\x01h\0s."))));
    }

    /// <summary>A list of two references to a list of two references to ...: a tree of 2^30 leaves in 200 bytes.</summary>
    [Fact]
    public void ValuesThatMultiply_AreRefused()
    {
        var pickle = new StringBuilder("]q\0");
        for (var level = 1; level <= 30; level++)
            pickle.Append($"]q{(char)level}(h{(char)(level - 1)}h{(char)(level - 1)}e");
        // all but the last are left on the stack: take them into a tuple
        Assert.Contains("takes more than 48 MB of memory", RefusedCheaply(PyTorchBytes.File(Pickle("(" + pickle + "t."))), StringComparison.Ordinal);
    }

    /// <summary>Opcodes of a byte or two, each worth many bytes of memory, by the million.</summary>
    [Theory]
    [InlineData("}")]
    [InlineData("]")]
    [InlineData("(")]
    [InlineData("N")]
    [InlineData("K\x01")]
    [InlineData("G12345678")]
    [InlineData("X\0\0\0\0")]
    [InlineData(")\x85")]
    [InlineData("ccollections\nOrderedDict\n)R")]
    public void ManyValues_AreRefused(string opcode) =>
        Assert.Contains("takes more than 48 MB of memory", RefusedCheaply(PyTorchBytes.File(Pickle(Repeat(opcode, 8_000_000)))), StringComparison.Ordinal);

    [Theory]
    [InlineData("]", "Na")]
    [InlineData("}", "K\x01Ns")]
    [InlineData("}q\0", "h\0b")]
    [InlineData("Nq\0", "h\0")]
    public void ManyReferences_CostNoMoreThanTheBudget(string start, string opcode) => RefusedCheaply(PyTorchBytes.File(Pickle(start + Repeat(opcode, 12_000_000))));

    [Fact]
    public void LongDirectory_IsRefused()
    {
        var entries = Enumerable.Range(0, 400_000).Select(i => ($"{i}", Array.Empty<byte>())).ToArray();
        Assert.Contains("takes more than 48 MB of memory", RefusedCheaply(PyTorchBytes.File(Pickle("}."), entries)), StringComparison.Ordinal);
    }

    [Fact]
    public void LargeStateDict_FitsTheBudget()
    {
        var views = Enumerable.Range(0, 15_000).Select(i => View.Of("FloatStorage", $"{i}", 1, 1, 1, 1)).ToArray();
        var state = new StateDict();
        state.AddRange(views.Select((view, i) => ((object)$"features.layer{i}.convolution.weight", (object?)view)));
        var bytes = PyTorchBytes.File(state, views);
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var file = PyTorchBytes.Open(bytes);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, MostBytes);
        Assert.Equal(views.Length, file.Tensors.Count);
    }

    private static byte[] Pickle(string opcodes) => [0x80, 2, .. Encoding.Latin1.GetBytes(opcodes)];

    private static string Repeat(string opcode, int bytes) => string.Concat(Enumerable.Repeat(opcode, bytes / opcode.Length));

    private static string RefusedCheaply(byte[] bytes)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var message = Refused(bytes);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
        return message;
    }

    private static string Refused(byte[] bytes)
    {
        var error = Assert.Throws<UserInputException>(() => PyTorchBytes.Open(bytes));
        Assert.StartsWith("bad.pt: ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        return error.Message;
    }
}
