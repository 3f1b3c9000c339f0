using System.Buffers.Binary;
using System.Text;
using DivNorm.Interop;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Tests.Interop;

/// <summary>Files that lie: each must get its own message, at the cost of a small file.</summary>
public sealed class SafetensorsHostileTests
{
    private const string Valid = """{"dtype":"F32","shape":[2],"data_offsets":[0,8]}""";

    /// <summary>Header, bytes of data, message after the file's name.</summary>
    public static TheoryData<string, int, string> Headers => new()
    {
        { "", 0, "the header is not a JSON object" },
        { "[]", 0, "the header is not a JSON object" },
        { " {}", 0, "the header is not a JSON object" },
        { "{", 0, "the header is not valid JSON" },
        { "{} x", 0, "the header is not valid JSON" },
        { """{"x":{"dtype":"F32" """, 0, "the header is not valid JSON" },
        { """{"x":1}""", 0, "tensor 'x' is not described by an object" },
        { """{"x":null}""", 0, "tensor 'x' is not described by an object" },
        { $$"""{"x":{{Valid}},"x":{{Valid}}}""", 8, "the name 'x' appears twice" },
        { $$"""{"x":{{Valid}},"\u0078":{{Valid}}}""", 8, "the name 'x' appears twice" },
        { """{"__metadata__":{},"__metadata__":{}}""", 0, "the name '__metadata__' appears twice" },
        { """{"__metadata__":[]}""", 0, "__metadata__ is not a map of strings" },
        { """{"__metadata__":{"a":1}}""", 0, "__metadata__: the value of 'a' is not a string" },
        { """{"__metadata__":{"a":{}}}""", 0, "__metadata__: the value of 'a' is not a string" },
        { """{"__metadata__":{"a":"1","a":"1"}}""", 0, "__metadata__: the key 'a' appears twice" },
        { """{"__metadata__":{"a":"\ud800"}}""", 0, "__metadata__ holds a string that is not valid Unicode" },
        { """{"\udc00":{}}""", 0, "the header holds a string that is not valid Unicode" },
        { """{"x":{"shape":[2],"data_offsets":[0,8]}}""", 8, "tensor 'x' has no dtype" },
        { """{"x":{"dtype":"F32","data_offsets":[0,8]}}""", 8, "tensor 'x' has no shape" },
        { """{"x":{"dtype":"F32","shape":[2]}}""", 8, "tensor 'x' has no data_offsets" },
        { """{"x":{"dtype":"F32","dtype":"F32"}}""", 0, "tensor 'x': the key 'dtype' appears twice" },
        { """{"x":{"other":[],"other":{}}}""", 0, "tensor 'x': the key 'other' appears twice" },
        { """{"x":{"dtype":32}}""", 0, "tensor 'x': dtype is not a string" },
        { """{"x":{"dtype":"F128"}}""", 0, "tensor 'x': unknown dtype 'F128'" },
        { """{"x":{"dtype":"f32"}}""", 0, "tensor 'x': unknown dtype 'f32'" },
        { """{"x":{"shape":2}}""", 0, "tensor 'x': shape is not an array" },
        { """{"x":{"shape":[-1]}}""", 0, "tensor 'x': shape holds something other than whole numbers" },
        { """{"x":{"shape":[1.5]}}""", 0, "tensor 'x': shape holds something other than whole numbers" },
        { """{"x":{"shape":["2"]}}""", 0, "tensor 'x': shape holds something other than whole numbers" },
        { """{"x":{"shape":[[2]]}}""", 0, "tensor 'x': shape holds something other than whole numbers" },
        { """{"x":{"shape":[9223372036854775808]}}""", 0, "tensor 'x': shape holds something other than whole numbers" },
        { $$"""{"x":{"shape":[{{string.Join(',', Enumerable.Repeat(1, 65))}}] } }""", 0, "tensor 'x': shape holds more than 64 numbers" },
        { Tensor("[4294967296,4294967296]", "[0,0]"), 0, "tensor 'x': shape [4294967296, 4294967296] overflows" },
        { Tensor("[0,9223372036854775807,2]", "[0,0]"), 0, "tensor 'x': shape [0, 9223372036854775807, 2] overflows" },
        { Tensor("[2305843009213693952]", "[0,8]"), 8, "tensor 'x': shape [2305843009213693952] overflows" },
        { Tensor("[2]", "{}"), 8, "tensor 'x': data_offsets is not an array" },
        { Tensor("[2]", "[8]"), 8, "tensor 'x': data_offsets holds 1 numbers, expected 2" },
        { Tensor("[2]", "[0,8,8]"), 8, "tensor 'x': data_offsets holds more than 2 numbers" },
        { Tensor("[2]", "[-8,0]"), 8, "tensor 'x': data_offsets holds something other than whole numbers" },
        { Tensor("[2]", "[8,0]"), 8, "tensor 'x': data_offsets begin at 8 and end before it, at 0" },
        { Tensor("[2]", "[0,8]"), 7, "tensor 'x': data_offsets end at 8, the file holds 7 bytes of data (truncated?)" },
        { Tensor("[2]", "[9223372036854775800,9223372036854775807]"), 8, "tensor 'x': data_offsets end at 9223372036854775807" },
        { Tensor("[2]", "[0,4]"), 4, "tensor 'x': shape [2] of F32 takes 8 bytes, data_offsets span 4" },
        { Tensor("[]", "[0,8]"), 8, "tensor 'x': shape [] of F32 takes 4 bytes, data_offsets span 8" },
        { """{"x":{"dtype":"F4","shape":[3],"data_offsets":[0,2]}}""", 2, "tensor 'x': shape [3] of F4 does not fill whole bytes" },
        { Two("[0,8]", "[4,12]"), 12, "tensor 'y' overlaps tensor 'x'" },
        { Two("[0,8]", "[0,8]"), 8, "tensor 'y' overlaps tensor 'x'" },
        { Two("[0,8]", "[12,20]"), 20, "bytes 8 to 12 of the data, before tensor 'y', belong to no tensor" },
        { Two("[4,12]", "[12,20]"), 20, "bytes 0 to 4 of the data, before tensor 'x', belong to no tensor" },
        { Two("[0,8]", "[8,16]"), 19, "the last 3 bytes belong to no tensor" },
        { "{}", 1, "the last 1 bytes belong to no tensor" },
        { """{"a\nb\u2028":{"dtype":1}}""", 0, @"tensor 'a\u000ab\u2028': dtype is not a string" },
        { """{"x":""" + string.Concat(Enumerable.Repeat("[", 100_000)), 0, "tensor 'x' is not described by an object" },
        { """{"x":{"y":""" + string.Concat(Enumerable.Repeat("[", 100_000)), 0, "the header is not valid JSON: The maximum configured depth" },
    };

    [Theory]
    [MemberData(nameof(Headers))]
    public void BadHeader_GetsItsMessage(string header, int dataLength, string message)
    {
        var bytes = SafetensorsBytes.File(header, dataLength);
        var error = Assert.Throws<UserInputException>(() => SafetensorsBytes.Open(bytes));
        Assert.StartsWith($"bad.safetensors: {message}", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void HeaderThatIsNotUtf8_GetsItsMessage()
    {
        var bytes = SafetensorsBytes.File([.. "{\"__metadata__\":{\"a\":\""u8, 0xc3, 0x28, .. "\"}}"u8], 0);
        var error = Assert.Throws<UserInputException>(() => SafetensorsBytes.Open(bytes));
        Assert.Equal("bad.safetensors: the header is not valid UTF-8", error.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void FileWithoutALength_GetsItsMessage(int length)
    {
        var error = Assert.Throws<UserInputException>(() => SafetensorsBytes.Open(new byte[length]));
        Assert.Equal($"bad.safetensors: {length} bytes are too few for a safetensors file", error.Message);
    }

    [Theory]
    [InlineData(1UL)]
    [InlineData(99_999_999UL)]
    [InlineData((ulong)long.MaxValue)]
    [InlineData(ulong.MaxValue)]
    public void HeaderLongerThanTheFile_IsNotAllocated(ulong claimed)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, claimed);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<UserInputException>(() => SafetensorsBytes.Open(bytes));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.StartsWith($"bad.safetensors: the header claims {claimed} bytes, the file holds 0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void HeaderOverTheFormatsLimit_IsNotAllocated()
    {
        using var folder = new TemporaryFolder();
        using (var sparse = File.Create(folder["big"]))
        {
            sparse.Write(BitConverter.GetBytes(100_000_001UL));
            sparse.SetLength(200_000_000);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<UserInputException>(() => SafetensorsFile.Open(folder["big"]));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.EndsWith("the header takes 100000001 bytes, more than 100000000", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LongName_IsCutInTheMessage()
    {
        var bytes = SafetensorsBytes.File($$"""{"{{new string('n', 1_000_000)}}":1}""", 0);
        var error = Assert.Throws<UserInputException>(() => SafetensorsBytes.Open(bytes));
        Assert.InRange(error.Message.Length, 80, 200);
    }

    [Fact]
    public void ManyEntries_AreRead()
    {
        const int count = 200_000;
        var header = new StringBuilder("{");
        for (var i = 0; i < count; i++)
            header.Append($$"""{{(i > 0 ? "," : "")}}"{{i}}":{"dtype":"U8","shape":[1],"data_offsets":[{{i}},{{i + 1}}] }""");
        using var file = SafetensorsBytes.Open(SafetensorsBytes.File(header.Append('}').ToString(), count));
        Assert.Equal(count, file.Tensors.Count);
        using var last = file.Read($"{count - 1}");
        Assert.Equal(ScalarType.Byte, last.dtype);
    }

    [Fact]
    public void KeysOfTheFuture_AreSkipped()
    {
        using var file = SafetensorsBytes.Open(SafetensorsBytes.File("""{"x":{"layout":{"a":[1,{}]},"dtype":"U8","shape":[8],"data_offsets":[0,8]}}   """, 8));
        Assert.Equal("x", Assert.Single(file.Tensors).Name);
    }

    [Theory]
    [InlineData("U32", 4)]
    [InlineData("F8_E4M3", 1)]
    [InlineData("C64", 8)]
    public void UnsupportedType_OpensAndIsNamed_WhenRead(string type, int size)
    {
        using var file = SafetensorsBytes.Open(
            SafetensorsBytes.File($$"""{"x":{"dtype":"{{type}}","shape":[2],"data_offsets":[0,{{2 * size}}] } }""", 2 * size));
        Assert.Null(Assert.Single(file.Tensors).ScalarType);
        var error = Assert.Throws<UserInputException>(() => file.Read("x"));
        Assert.Equal($"bad.safetensors: tensor 'x' is of dtype {type}, which is not supported", error.Message);
    }

    [Fact]
    public void MissingTensor_IsNamed()
    {
        using var file = SafetensorsBytes.Open(SafetensorsBytes.File("{}", 0));
        var error = Assert.Throws<UserInputException>(() => file.Read("w"));
        Assert.Equal("bad.safetensors: tensor 'w' is missing", error.Message);
    }

    [Fact]
    public void BooleansOtherThanZeroAndOne_AreTrue()
    {
        var bytes = SafetensorsBytes.File("""{"x":{"dtype":"BOOL","shape":[3],"data_offsets":[0,3]}}""", 3);
        bytes[^1] = 0xff;
        bytes[^2] = 1;
        using var file = SafetensorsBytes.Open(bytes);
        using var flags = file.Read("x");
        Assert.Equal([false, true, true], flags.data<bool>().ToArray());
        using var sum = flags.sum();
        Assert.Equal(2, sum.item<long>());
    }

    [Fact]
    public void FileCutWhileOpen_IsReported()
    {
        var stream = new MemoryStream();
        stream.Write(SafetensorsBytes.File($$"""{"x":{{Valid}}}""", 8));
        using var file = SafetensorsFile.Open(stream, "cut.safetensors");
        stream.SetLength(stream.Length - 1);
        var error = Assert.Throws<UserInputException>(() => file.Read("x"));
        Assert.StartsWith("cannot read 'cut.safetensors': ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MissingFileAndFolder_AreNamed()
    {
        using var folder = new TemporaryFolder();
        var missing = Assert.Throws<UserInputException>(() => SafetensorsFile.Open(folder["none"]));
        Assert.Equal($"cannot read '{folder["none"]}': no such file", missing.Message);
        var isFolder = Assert.Throws<UserInputException>(() => SafetensorsFile.Open(folder.FullName));
        Assert.Equal($"cannot read '{folder.FullName}': it is a folder", isFolder.Message);
    }

    private static string Tensor(string shape, string offsets) =>
        $$"""{"x":{"dtype":"F32","shape":{{shape}},"data_offsets":{{offsets}} } }""";

    private static string Two(string first, string second) =>
        $$"""{"x":{"dtype":"F32","shape":[2],"data_offsets":{{first}} },"y":{"dtype":"F32","shape":[2],"data_offsets":{{second}} } }""";
}
