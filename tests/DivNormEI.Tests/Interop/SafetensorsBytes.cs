using System.Buffers.Binary;
using System.Text;
using DivNorm.Interop;

namespace DivNorm.Tests.Interop;

/// <summary>Safetensors files made by hand, valid or not.</summary>
internal static class SafetensorsBytes
{
    /// <summary>A file of that header and that many bytes of data.</summary>
    internal static byte[] File(string header, int dataLength) => File(Encoding.UTF8.GetBytes(header), dataLength);

    /// <summary>A file of that header and that many bytes of data.</summary>
    internal static byte[] File(byte[] header, int dataLength)
    {
        var bytes = new byte[8 + header.Length + dataLength];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, header.Length);
        header.CopyTo(bytes, 8);
        return bytes;
    }

    /// <summary>Opens bytes under the name <c>bad.safetensors</c>.</summary>
    internal static SafetensorsFile Open(byte[] bytes) => SafetensorsFile.Open(new MemoryStream(bytes), "bad.safetensors");
}
