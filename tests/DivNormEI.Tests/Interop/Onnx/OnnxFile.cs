using System.Text;

namespace DivNorm.Tests.Interop.Onnx;

/// <summary>An ONNX file as the protobuf wire format has it, read without the code that writes it.</summary>
internal sealed class OnnxFile
{
    private OnnxFile(byte[] bytes)
    {
        var model = Fields(bytes);
        IrVersion = (long)Number(model, 1);
        Opset = (long)Number(Fields(Bytes(model, 8).Single()), 2);
        var graph = Fields(Bytes(model, 7).Single());
        Operations = [.. Bytes(graph, 1).Select(node => Encoding.UTF8.GetString(Bytes(Fields(node), 4).Single()))];
        ConstantSizes = [.. Bytes(graph, 5).Select(constant => Fields(constant).Where(field => field.Number == 1).Aggregate(1L, (size, field) => size * (long)field.Value))];
        if (!Bytes(graph, 5).Zip(ConstantSizes).All(pair => Bytes(Fields(pair.First), 9).Single().Length == (Number(Fields(pair.First), 2) == 7 ? 8 : 4) * pair.Second))
            throw new InvalidDataException("a constant has more or fewer bytes than its shape says");
    }

    /// <summary>ir_version.</summary>
    public long IrVersion { get; }

    /// <summary>The version of the only operator set.</summary>
    public long Opset { get; }

    /// <summary>The operations of the nodes, in order.</summary>
    public IReadOnlyList<string> Operations { get; }

    /// <summary>Elements of the constants, in order.</summary>
    public IReadOnlyList<long> ConstantSizes { get; }

    public static OnnxFile Read(string path) => new(File.ReadAllBytes(path));

    private static ulong Number(List<Field> message, int number) => message.Single(field => field.Number == number).Value;

    private static IEnumerable<byte[]> Bytes(List<Field> message, int number) => message.Where(field => field.Number == number).Select(field => field.Bytes!);

    private static List<Field> Fields(byte[] bytes)
    {
        List<Field> fields = [];
        int at = 0;
        while (at < bytes.Length)
        {
            ulong key = Varint();
            var (number, wireType) = ((int)(key >> 3), (int)(key & 7));
            switch (wireType)
            {
                case 0:
                    fields.Add(new Field(number, Varint(), null));
                    break;
                case 2:
                    int length = (int)Varint();
                    fields.Add(new Field(number, 0, bytes[at..(at + length)]));
                    at += length;
                    break;
                case 5:
                    fields.Add(new Field(number, 0, bytes[at..(at + 4)]));
                    at += 4;
                    break;
                default:
                    throw new InvalidDataException($"wire type {wireType}");
            }
        }

        return fields;

        ulong Varint()
        {
            ulong value = 0;
            for (int shift = 0; ; shift += 7)
            {
                byte next = bytes[at++];
                value |= (ulong)(next & 0x7f) << shift;
                if (next < 0x80)
                    return value;
            }
        }
    }

    private sealed record Field(int Number, ulong Value, byte[]? Bytes);
}
