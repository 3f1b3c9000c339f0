using System.Buffers.Binary;

namespace DivNorm.Build.Elf;

/// <summary>The bytes of a little-endian file; every read is checked against their end.</summary>
internal sealed class ElfBytes(byte[] bytes)
{
    public int Length => bytes.Length;

    public ushort UInt16(ulong offset) => BinaryPrimitives.ReadUInt16LittleEndian(Span(offset, 2));

    public uint UInt32(ulong offset) => BinaryPrimitives.ReadUInt32LittleEndian(Span(offset, 4));

    public ulong UInt64(ulong offset) => BinaryPrimitives.ReadUInt64LittleEndian(Span(offset, 8));

    public ReadOnlySpan<byte> Span(ulong offset, ulong length)
    {
        Check(offset, length);
        return bytes.AsSpan((int)offset, (int)length);
    }

    /// <summary>The bytes from <paramref name="offset"/> up to the first zero, which must lie before <paramref name="end"/>.</summary>
    public ReadOnlySpan<byte> ZeroTerminated(ulong offset, ulong end)
    {
        if (offset >= end)
            throw new ElfFormatException("a name lies outside the table of names");
        ReadOnlySpan<byte> rest = Span(offset, end - offset);
        int length = rest.IndexOf((byte)0);
        return length >= 0 ? rest[..length] : throw new ElfFormatException("a name does not end");
    }

    private void Check(ulong offset, ulong length)
    {
        ulong size = (ulong)bytes.Length;
        if (offset > size || length > size - offset)
            throw new ElfFormatException($"it ends at byte {size}, before what should stand at byte {offset} (truncated or damaged)");
    }
}
