using System.Buffers.Binary;
using System.IO.Compression;

namespace DivNorm.Lab.Data;

/// <summary>
/// Writes a PNG file (ISO/IEC 15948) of 8 bits a channel in sRGB as its rows come, so that a picture of any size takes the memory of a row: SkiaSharp's encoder
/// wants all of it at once. Rows are filtered by Paeth, which suits photographs, and deflated.
/// </summary>
internal sealed class PngWriter : IRowWriter
{
    private const byte Paeth = 4, BitDepth = 8;

    private static readonly uint[] CrcTable = [.. Enumerable.Range(0, 256).Select(CrcOfByte)];

    private readonly Stream file;
    private readonly ZLibStream deflated;
    private readonly int channels;
    private readonly byte[] filtered;
    private readonly byte[] above;

    /// <summary>Begins a file.</summary>
    /// <param name="file">Where it goes; stays open.</param>
    /// <param name="width">Pixels a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="channels">1 grey, 2 grey and alpha, 3 RGB, 4 RGBA.</param>
    public PngWriter(Stream file, int width, int height, int channels)
    {
        (this.file, this.channels) = (file, channels);
        above = new byte[width * channels];
        filtered = new byte[1 + above.Length];
        file.Write([0x89, .. "PNG\r\n"u8, 0x1A, (byte)'\n']);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        header[8] = BitDepth;
        header[9] = (byte)(channels switch { 1 => 0, 2 => 4, 3 => 2, 4 => 6, _ => throw new ArgumentOutOfRangeException(nameof(channels)) });
        WriteChunk("IHDR"u8, header);
        WriteChunk("sRGB"u8, [0]); // rendering intent: perceptual
        deflated = new ZLibStream(new BufferedStream(new DataChunks(this), 1 << 16), CompressionLevel.Optimal);
    }

    /// <inheritdoc/>
    public void Add(ReadOnlySpan<byte> rows)
    {
        for (; rows.Length > 0; rows = rows[above.Length..])
        {
            var row = rows[..above.Length];
            filtered[0] = Paeth;
            for (int i = 0; i < row.Length; i++)
            {
                bool first = i < channels;
                filtered[1 + i] = (byte)(row[i] - Predict(first ? 0 : row[i - channels], above[i], first ? 0 : above[i - channels]));
            }

            deflated.Write(filtered);
            row.CopyTo(above);
        }
    }

    /// <inheritdoc/>
    public void Finish()
    {
        deflated.Dispose();
        WriteChunk("IEND"u8, []);
    }

    /// <inheritdoc/>
    public void Dispose() => deflated.Dispose();

    /// <summary>The neighbour (left, above, above left) that is nearest to left + above - above left.</summary>
    private static int Predict(int left, int up, int corner)
    {
        int byLeft = Math.Abs(up - corner), byUp = Math.Abs(left - corner), byCorner = Math.Abs(left + up - 2 * corner);
        return byLeft <= byUp && byLeft <= byCorner ? left : byUp <= byCorner ? up : corner;
    }

    private void WriteChunk(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(type);
        file.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Crc(Crc(uint.MaxValue, type), data));
        file.Write(number);
    }

    private static uint Crc(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
            crc = CrcTable[(byte)crc ^ value] ^ (crc >> 8);
        return crc;
    }

    private static uint CrcOfByte(int value)
    {
        uint crc = (uint)value;
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
        return crc;
    }

    /// <summary>Makes a chunk of image data of every write.</summary>
    private sealed class DataChunks(PngWriter png) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer) => png.WriteChunk("IDAT"u8, buffer);

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
