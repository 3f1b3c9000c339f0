using System.Buffers.Binary;
using DivNorm.Interop;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Tests.Interop;

public sealed class PyTorchFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose()
    {
        scope.Dispose();
        folder.Dispose();
    }

    [Theory]
    [InlineData("FloatStorage", "F32")]
    [InlineData("DoubleStorage", "F64")]
    [InlineData("HalfStorage", "F16")]
    [InlineData("BFloat16Storage", "BF16")]
    [InlineData("LongStorage", "I64")]
    [InlineData("IntStorage", "I32")]
    [InlineData("ShortStorage", "I16")]
    [InlineData("CharStorage", "I8")]
    [InlineData("ByteStorage", "U8")]
    [InlineData("BoolStorage", "BOOL")]
    public void EveryStorage_IsReadAsItsType(string storage, string type)
    {
        var view = View.Of(storage, "0", 2, 3);
        using var file = PyTorchBytes.Open(PyTorchBytes.File(new StateDict { ("w", view) }, view));
        var entry = Assert.Single(file.Tensors);
        Assert.Equal(("w", type), (entry.Name, entry.DType));
        Assert.Equal([2, 3], entry.Shape);
        Assert.True(arange(6).to(PyTorchBytes.TypeOf(storage)).view(2, 3).Equals(file.Read("w")));
    }

    [Fact]
    public void Views_KeepTheirOffsetsAndStrides()
    {
        var storage = new Storage("FloatStorage", "0", 24);
        View[] views =
        [
            new(storage, 0, [4, 6], [6, 1]),
            new(storage, 0, [6, 4], [1, 6]),        // transposed
            new(storage, 7, [2, 3], [12, 2]),       // every second column of every second row
            new(storage, 23, [], []),               // the last element
            new(storage, 0, [2, 2, 2, 3], [12, 1, 6, 2]), // channels last
            new(storage, 5, [1, 3], [99999, 1], IsParameter: true), // the stride of a single row says nothing
            new(storage, 24, [0, 3], [3, 1]),       // nothing, behind the end
        ];
        var state = new StateDict();
        state.AddRange(views.Select((view, i) => ((object)$"{i}", (object?)view)));
        using var file = PyTorchBytes.Open(PyTorchBytes.File(state, views));
        var numbers = arange(24, ScalarType.Float32);
        for (var i = 0; i < views.Length; i++)
        {
            var read = file.Read($"{i}");
            var strides = views[i].Strides.Select((stride, axis) => views[i].Shape[axis] == 1 ? 1 : stride).ToArray();
            Assert.True(numbers.as_strided(views[i].Shape, strides, views[i].Offset).Equals(read), $"view {i}");
            Assert.True(read.is_contiguous());
        }
    }

    [Fact]
    public void Checkpoint_IsFlattened_AndItsPlainValuesAreMetadata()
    {
        var (weight, moment, first, second) =
            (View.Of("FloatStorage", "0", 2), View.Of("FloatStorage", "1", 2), View.Of("LongStorage", "2"), View.Of("LongStorage", "3"));
        var checkpoint = new Dictionary<string, object?>
        {
            ["state_dict"] = new StateDict { ("conv.weight", weight), ("tied.weight", weight) },
            ["optimizer"] = new Dictionary<string, object?> { ["state"] = new StateDict { (0, new Dictionary<string, object?> { ["step"] = 7, ["exp_avg"] = moment }) } },
            ["pair"] = new object?[] { first, new List<object?> { second, null } },
            ["epoch"] = 3,
            ["large"] = -5_000_000_000,
            ["loss"] = 0.25,
            ["best"] = true,
            ["name"] = "Gabor é",
            ["nothing"] = null,
        };
        using var file = PyTorchBytes.Open(PyTorchBytes.File(checkpoint, weight, moment, first, second));
        Assert.Equal(
            ["state_dict.conv.weight", "state_dict.tied.weight", "optimizer.state.0.exp_avg", "pair.0", "pair.1.0"], file.Tensors.Select(tensor => tensor.Name));
        Assert.Equal(
            [("best", "True"), ("epoch", "3"), ("large", "-5000000000"), ("loss", "0.25"), ("name", "Gabor é")],
            file.Metadata.Select(pair => (pair.Key, pair.Value)).Order());
    }

    [Fact]
    public void Module_LoadsFromAPrefix()
    {
        var (weight, bias) = (View.Of("DoubleStorage", "0", 2, 3), View.Of("FloatStorage", "1", 2));
        File.WriteAllBytes(folder["net.pt"], PyTorchBytes.File(
            new Dictionary<string, object?> { ["model"] = new StateDict { ("fc.weight", weight), ("fc.bias", bias), ("other", bias) } }, weight, bias));
        using var linear = nn.Linear(3, 2);
        var result = ModuleState.LoadModule(linear, folder["net.pt"], prefix: "model.fc.");
        Assert.Empty(result.Missing.Concat(result.Unexpected));
        Assert.Equal([0, 1, 2, 3, 4, 5], linear.weight.data<float>().ToArray());
        Assert.Equal([0, 1], linear.bias!.data<float>().ToArray());
        var error = Assert.Throws<UserInputException>(() => ModuleState.LoadModule(linear, folder["net.pt"]));
        Assert.Equal(
            $"{folder["net.pt"]}: lacks 'bias', 'weight', which the module has; it holds 'model.fc.weight', 'model.fc.bias', 'model.other', which the module has not",
            error.Message.Replace("'weight', 'bias'", "'bias', 'weight'", StringComparison.Ordinal));
    }

    [Fact]
    public void Open_TellsTheFormatsApartByTheirBytes()
    {
        var view = View.Of("FloatStorage", "0", 2);
        File.WriteAllBytes(folder["a.safetensors"], PyTorchBytes.File(new StateDict { ("x", view) }, view));
        SafetensorsFile.Write(folder["b.pt"], [("x", zeros(2))]);
        using var pyTorch = TensorFile.Open(folder["a.safetensors"]);
        using var safetensors = TensorFile.Open(folder["b.pt"]);
        Assert.IsType<PyTorchFile>(pyTorch);
        Assert.IsType<SafetensorsFile>(safetensors);
        var missing = Assert.Throws<UserInputException>(() => TensorFile.Open(folder["none.pt"]));
        Assert.Equal($"cannot read '{folder["none.pt"]}': no such file", missing.Message);
    }

    /// <summary>PyTorch writes the 64-bit records beside the 32-bit ones; where the latter are full, the former hold.</summary>
    [Fact]
    public void Zip64_IsFollowed()
    {
        var view = View.Of("FloatStorage", "0", 3);
        var bytes = PyTorchBytes.File(new StateDict { ("x", view) }, view);
        var end = bytes.AsSpan(bytes.Length - 22).ToArray();
        var wide = new byte[56 + 20];
        BinaryPrimitives.WriteUInt32LittleEndian(wide, 0x06064b50);
        BinaryPrimitives.WriteUInt64LittleEndian(wide.AsSpan(40), BinaryPrimitives.ReadUInt32LittleEndian(end.AsSpan(12)));
        BinaryPrimitives.WriteUInt64LittleEndian(wide.AsSpan(48), BinaryPrimitives.ReadUInt32LittleEndian(end.AsSpan(16)));
        BinaryPrimitives.WriteUInt32LittleEndian(wide.AsSpan(56), 0x07064b50);
        BinaryPrimitives.WriteUInt64LittleEndian(wide.AsSpan(56 + 8), (ulong)(bytes.Length - 22));
        end.AsSpan(12, 8).Fill(0xff);
        using var file = PyTorchBytes.Open([.. bytes[..^22], .. wide, .. end]);
        Assert.Equal([0, 1, 2], file.Read("x").data<float>().ToArray());
    }

    [Fact]
    public void Reading_LeaksNoTensor()
    {
        var storage = new Storage("BoolStorage", "0", 6);
        View[] views = [new(storage, 0, [2, 3], [3, 1]), new(storage, 0, [3, 2], [1, 3])];
        using var file = PyTorchBytes.Open(PyTorchBytes.File(new StateDict { ("a", views[0]), ("b", views[1]) }, views));
        var statistics = DisposeScopeManager.Statistics.TensorStatistics;
        file.Read("a").Dispose();
        var before = statistics.ThreadTotalLiveCount;
        file.Read("a").Dispose();
        file.Read("b").Dispose();
        Assert.Equal(before, statistics.ThreadTotalLiveCount);
    }
}
