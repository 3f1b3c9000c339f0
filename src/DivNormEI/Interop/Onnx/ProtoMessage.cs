using System.Text;
using static TorchSharp.torch;

namespace DivNorm.Interop.Onnx;

/// <summary>
/// A protocol-buffers message on its way to a stream, field after field in the order in which they are added: the wire format of
/// https://protobuf.dev/programming-guides/encoding. Its length is known before a byte is written, and tensors are written from their own memory.
/// </summary>
internal sealed class ProtoMessage
{
    private const int Varint = 0;
    private const int LengthDelimited = 2;

    private readonly List<Action<Stream>> parts = [];

    /// <summary>Bytes that <see cref="WriteTo"/> writes.</summary>
    public long Length { get; private set; }

    /// <summary>Adds an integer: int32, int64 and enum fields.</summary>
    public void Add(int field, long value)
    {
        AddKey(field, Varint);
        AddVarint((ulong)value); // a negative number takes ten bytes, as the format has it
    }

    /// <summary>Adds a text, in UTF-8.</summary>
    public void Add(int field, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        AddKey(field, LengthDelimited);
        AddVarint((ulong)bytes.Length);
        AddBytes(bytes);
    }

    /// <summary>Adds a message, to which nothing is added any more.</summary>
    public void Add(int field, ProtoMessage message)
    {
        AddKey(field, LengthDelimited);
        AddVarint((ulong)message.Length);
        parts.Add(message.WriteTo);
        Length += message.Length;
    }

    /// <summary>Adds a tensor's elements as bytes. The tensor, on any device, lives until the message is written.</summary>
    public void Add(int field, Tensor elements)
    {
        long length = elements.numel() * elements.element_size();
        AddKey(field, LengthDelimited);
        AddVarint((ulong)length);
        parts.Add(stream =>
        {
            using var scope = NewDisposeScope();
            TensorBytes.Write(stream, elements.detach().cpu().contiguous());
        });
        Length += length;
    }

    /// <summary>Writes the message.</summary>
    public void WriteTo(Stream stream)
    {
        foreach (var part in parts)
            part(stream);
    }

    private void AddKey(int field, int wireType) => AddVarint((ulong)(field << 3 | wireType));

    private void AddVarint(ulong value)
    {
        List<byte> bytes = [];
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        AddBytes([.. bytes]);
    }

    private void AddBytes(byte[] bytes)
    {
        parts.Add(stream => stream.Write(bytes));
        Length += bytes.Length;
    }
}
