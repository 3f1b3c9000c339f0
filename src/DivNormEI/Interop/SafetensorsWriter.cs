using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using static TorchSharp.torch;

namespace DivNorm.Interop;

/// <summary>Lays out tensors as a safetensors file: the header, padded, then the data.</summary>
internal sealed class SafetensorsWriter
{
    // The header begins at byte 8 and the data at a multiple of this, so that mapped tensors are aligned.
    private const int Alignment = 8;

    private readonly byte[] header;
    private readonly Entry[] dataOrder;

    private sealed record Entry(string Name, Tensor Tensor, SafetensorsDType.Info Type)
    {
        internal long Length => Tensor.numel() * Type.Bits / 8;
    }

    /// <summary>Checks names and types and makes the header.</summary>
    /// <param name="tensors">Names and tensors in the order of the header.</param>
    /// <param name="metadata">Free text; null for none.</param>
    /// <exception cref="ArgumentException">A name is reserved or appears twice, or a type has no place in the format.</exception>
    internal SafetensorsWriter((string Name, Tensor Tensor)[] tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var entries = new List<Entry>();
        foreach (var (name, tensor) in tensors)
        {
            CheckText(name, nameof(tensors));
            if (name == SafetensorsHeader.MetadataKey || !names.Add(name))
                throw new ArgumentException($"The tensor name '{name}' is reserved or appears twice.", nameof(tensors));
            var type = SafetensorsDType.Find(tensor.dtype)
                ?? throw new ArgumentException($"Tensor '{name}': the format cannot hold {tensor.dtype}.", nameof(tensors));
            if (tensor.is_sparse)
                throw new ArgumentException($"Tensor '{name}' is sparse; make it dense first.", nameof(tensors));
            entries.Add(new Entry(name, tensor, type));
        }

        // The widest elements first keeps every tensor aligned to its elements, whatever the order of the names.
        dataOrder = [.. entries.OrderByDescending(entry => entry.Type.Bits)];
        header = MakeHeader(entries, metadata);
        if (header.Length > SafetensorsHeader.MaximumLength)
            throw new ArgumentException($"The header would take {header.Length} bytes, more than {SafetensorsHeader.MaximumLength}.", nameof(tensors));
    }

    /// <summary>Writes the file; one tensor at a time is brought to the CPU.</summary>
    internal void WriteTo(Stream stream)
    {
        Span<byte> prefix = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)header.Length);
        stream.Write(prefix);
        stream.Write(header);
        foreach (var entry in dataOrder)
        {
            using var scope = NewDisposeScope();
            TensorBytes.Write(stream, entry.Tensor.detach().cpu().contiguous());
        }
    }

    private byte[] MakeHeader(List<Entry> entries, IReadOnlyDictionary<string, string>? metadata)
    {
        var offsets = new Dictionary<string, long>(StringComparer.Ordinal);
        var end = 0L;
        foreach (var entry in dataOrder)
        {
            offsets[entry.Name] = end;
            end += entry.Length;
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            WriteMetadata(json, metadata);
            foreach (var entry in entries)
                WriteEntry(json, entry, offsets[entry.Name]);
            json.WriteEndObject();
        }

        var padded = new byte[(buffer.WrittenCount + Alignment - 1) / Alignment * Alignment];
        padded.AsSpan().Fill((byte)' ');
        buffer.WrittenSpan.CopyTo(padded);
        return padded;
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string>? metadata)
    {
        if (metadata is not { Count: > 0 })
            return;
        json.WriteStartObject(SafetensorsHeader.MetadataKey);
        // A dictionary has no order of its own, and the same content must give the same bytes.
        foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            CheckText(key, nameof(metadata));
            CheckText(value, nameof(metadata));
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    /// <summary>Refuses half of a surrogate pair, which the JSON writer would replace silently.</summary>
    private static void CheckText(string text, string parameter)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (!char.IsSurrogatePair(text, i))
                throw new ArgumentException($"{MessageText.Quote(text)} is not valid Unicode.", parameter);
            i++;
        }
    }

    private static void WriteEntry(Utf8JsonWriter json, Entry entry, long begin)
    {
        json.WriteStartObject(entry.Name);
        json.WriteString("dtype", entry.Type.Name);
        json.WriteStartArray("shape");
        foreach (var size in entry.Tensor.shape)
            json.WriteNumberValue(size);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(begin);
        json.WriteNumberValue(begin + entry.Length);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
