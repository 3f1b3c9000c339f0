using System.Buffers.Binary;
using System.Text;
using CsCheck;
using DivNorm.Interop;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Tests.Interop;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly DisposeScope scope = NewDisposeScope();

    public static TheoryData<ScalarType, string> Types => new()
    {
        { ScalarType.Float64, "F64" },
        { ScalarType.Float32, "F32" },
        { ScalarType.Float16, "F16" },
        { ScalarType.BFloat16, "BF16" },
        { ScalarType.Int64, "I64" },
        { ScalarType.Int32, "I32" },
        { ScalarType.Int16, "I16" },
        { ScalarType.Int8, "I8" },
        { ScalarType.Byte, "U8" },
        { ScalarType.Bool, "BOOL" },
    };

    [Theory]
    [MemberData(nameof(Types))]
    public void RoundTrip_KeepsTypeShapeAndValues(ScalarType type, string name)
    {
        var original = (rand([3, 1, 5], dtype: ScalarType.Float64) * 100).round().to(type);
        SafetensorsFile.Write(folder["a"], [("x", original)]);

        using var file = SafetensorsFile.Open(folder["a"]);
        var entry = Assert.Single(file.Tensors);
        Assert.Equal(name, entry.DType);
        Assert.Equal(type, entry.ScalarType);
        Assert.Equal([3, 1, 5], entry.Shape);
        AssertSame(original, file.Read("x"));
    }

    [Fact]
    public void RoundTrip_KeepsEveryBit_OfSpecialValues()
    {
        double[] values = [double.NaN, double.PositiveInfinity, -0.0, double.Epsilon, double.MaxValue, Math.PI];
        SafetensorsFile.Write(folder["a"], [("x", tensor(values))]);

        using var file = SafetensorsFile.Open(folder["a"]);
        var read = file.Read("x").data<double>().ToArray();
        Assert.Equal(values.Select(BitConverter.DoubleToInt64Bits), read.Select(BitConverter.DoubleToInt64Bits));
    }

    [Fact]
    public void RoundTrip_KeepsScalarsEmptyTensorsAndStrangeNames()
    {
        (string, Tensor)[] tensors =
        [
            ("", tensor(3.5)),
            ("Überraschung \"∑\" \u0001\n😀", arange(6).reshape(2, 3)),
            ("empty", zeros(0, 4, 2)),
            ("weights.0.bias", ones(1, dtype: ScalarType.Byte)),
            ("no elements, last", zeros(3, 0, dtype: ScalarType.Float64)),
        ];
        SafetensorsFile.Write(folder["a"], tensors);

        using var file = SafetensorsFile.Open(folder["a"]);
        Assert.Equal(tensors.Select(pair => pair.Item1), file.Tensors.Select(entry => entry.Name));
        foreach (var (name, value) in tensors)
            AssertSame(value, file.Read(name));
    }

    [Fact]
    public void RoundTrip_OfNothing_IsAValidFile()
    {
        SafetensorsFile.Write(folder["a"], []);
        using var file = SafetensorsFile.Open(folder["a"]);
        Assert.Empty(file.Tensors);
        Assert.Empty(file.Metadata);
    }

    [Fact]
    public void RoundTrip_KeepsAnyTensors()
    {
        var types = Types.Select(row => row.Data.Item1).ToArray();
        var someTensor = Gen.Select(Gen.Long[0, 4].Array[0, 4], Gen.Int[0, types.Length - 1].Select(i => types[i]));
        Gen.Dictionary(Gen.String, someTensor)[0, 6].Sample(
            content =>
            {
                content.Remove("__metadata__");
                using var inner = NewDisposeScope();
                using var stream = new MemoryStream();
                var tensors = content
                    .Where(pair => IsText(pair.Key))
                    .Select(pair => (pair.Key, (rand(pair.Value.Item1) * 9).to(pair.Value.Item2)))
                    .ToArray();
                new SafetensorsWriter(tensors, null).WriteTo(stream);
                using var file = SafetensorsFile.Open(stream);
                foreach (var (name, value) in tensors)
                    AssertSame(value, file.Read(name));
            },
            iter: 200,
            threads: 1);
    }

    [Fact]
    public void Write_CopiesAnyStrides()
    {
        var whole = arange(24, dtype: ScalarType.Float32).reshape(2, 3, 4);
        (string, Tensor)[] views =
        [
            ("transposed", whole.transpose(0, 2)),
            ("slice", whole[TensorIndex.Colon, 1, TensorIndex.Slice(1, 4, 2)]),
            ("expanded", whole[0, 0].expand(3, 4)),
            ("with gradient", whole.clone().requires_grad_()),
        ];
        SafetensorsFile.Write(folder["a"], views);

        using var file = SafetensorsFile.Open(folder["a"]);
        foreach (var (name, view) in views)
            AssertSame(view, file.Read(name));
    }

    [Fact]
    public void Write_MovesOtherDevicesToTheCpu()
    {
        if (!cuda.is_available())
            Assert.Skip("needs a CUDA device and the CUDA libtorch");

        var onDevice = arange(5).cuda();
        SafetensorsFile.Write(folder["a"], [("x", onDevice)]);
        using var file = SafetensorsFile.Open(folder["a"]);
        AssertSame(onDevice.cpu(), file.Read("x"));
    }

    [Fact]
    public void Write_IsDeterministic_AlignedAndPadded()
    {
        (string, Tensor)[] tensors = [("b", ones(3, dtype: ScalarType.Byte)), ("d", ones(2, dtype: ScalarType.Float64)), ("f", ones(1))];
        SafetensorsFile.Write(folder["1"], tensors, new Dictionary<string, string> { ["x"] = "1", ["a"] = "ö" });
        SafetensorsFile.Write(folder["2"], tensors, new Dictionary<string, string> { ["a"] = "ö", ["x"] = "1" });
        var bytes = File.ReadAllBytes(folder["1"]);
        Assert.Equal(bytes, File.ReadAllBytes(folder["2"]));

        var headerLength = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        Assert.Equal(0, headerLength % 8);
        Assert.Equal(
            """
            {"__metadata__":{"a":"ö","x":"1"},"b":{"dtype":"U8","shape":[3],"data_offsets":[20,23]},
            "d":{"dtype":"F64","shape":[2],"data_offsets":[0,16]},"f":{"dtype":"F32","shape":[1],"data_offsets":[16,20]}}
            """.ReplaceLineEndings(""),
            Encoding.UTF8.GetString(bytes, 8, (int)headerLength).TrimEnd(' '));
        Assert.Equal(8 + headerLength + 23, bytes.Length);
    }

    [Fact]
    public void Write_KeepsTheOldFile_WhenATensorCannotBeWritten()
    {
        SafetensorsFile.Write(folder["a"], [("x", ones(2))]);
        var before = File.ReadAllBytes(folder["a"]);

        var gone = ones(2);
        var content = new SafetensorsWriter([("fine", ones(3)), ("gone", gone)], null);
        gone.Dispose();
        Assert.ThrowsAny<Exception>(() => AtomicFile.Write(folder["a"], content.WriteTo));

        Assert.Equal(before, File.ReadAllBytes(folder["a"]));
        Assert.Equal(["a"], folder.FileNames);
    }

    [Fact]
    public void Write_RefusesWhatTheFormatCannotHold()
    {
        Assert.Throws<ArgumentException>(() => SafetensorsFile.Write(folder["a"], [("__metadata__", ones(1))]));
        Assert.Throws<ArgumentException>(() => SafetensorsFile.Write(folder["a"], [("x", ones(1)), ("x", ones(1))]));
        Assert.Throws<ArgumentException>(() => SafetensorsFile.Write(folder["a"], [("half a pair \ud800", ones(1))]));
        var error = Assert.Throws<ArgumentException>(
            () => SafetensorsFile.Write(folder["a"], [("z", ones(1, dtype: ScalarType.ComplexFloat32))]));
        Assert.Contains("ComplexFloat32", error.Message, StringComparison.Ordinal);
        Assert.Empty(folder.FileNames);
    }

    [Fact]
    public void Write_NamesThePath_WhenTheFolderIsMissing()
    {
        var path = Path.Combine(folder["missing"], "a.safetensors");
        var error = Assert.Throws<UserInputException>(() => SafetensorsFile.Write(path, [("x", ones(1))]));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_LeavesOneTensor_InTheCallersScope()
    {
        SafetensorsFile.Write(folder["a"], [("x", ones(2)), ("flag", ones(2, dtype: ScalarType.Bool))]);
        using var file = SafetensorsFile.Open(folder["a"]);
        using var inner = NewDisposeScope();
        file.Read("x");
        file.Read("flag");
        Assert.Equal(2, inner.DisposablesCount);
    }

    [Theory]
    [InlineData("tiny-paper")]
    [InlineData("paper-64")]
    [InlineData("signed-input")]
    [InlineData("authors-code")]
    public void GoldenFiles_CanBeRead_AndWrittenAgain(string name)
    {
        using var golden = SafetensorsFile.Open(SharedFolder.PathOrSkip($"golden/{name}.safetensors"));
        Assert.Equal("1e-05", golden.Metadata["bn_eps"]);
        SafetensorsFile.Write(folder["a"], golden.Tensors.Select(entry => (entry.Name, golden.Read(entry.Name))), golden.Metadata);

        using var copy = SafetensorsFile.Open(folder["a"]);
        Assert.Equal(golden.Metadata, copy.Metadata);
        Assert.Equal(golden.Tensors.Select(entry => entry.Name), copy.Tensors.Select(entry => entry.Name));
        foreach (var entry in golden.Tensors)
            AssertSame(golden.Read(entry.Name), copy.Read(entry.Name));
    }

    public void Dispose()
    {
        scope.Dispose();
        folder.Dispose();
    }

    private static bool IsText(string text) => !text.EnumerateRunes().Contains(Rune.ReplacementChar);

    private static void AssertSame(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.dtype, actual.dtype);
        Assert.Equal(expected.shape, actual.shape);
        Assert.True(expected.equal(actual).all().item<bool>());
    }
}
