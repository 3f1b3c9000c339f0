using System.Text.Json;
using System.Text.Unicode;

namespace DivNorm.Interop;

/// <summary>
/// Reads the JSON header of a safetensors file and checks all it claims against the bytes that are really there.
/// Format: https://github.com/huggingface/safetensors (README, section Format).
/// </summary>
internal ref struct SafetensorsHeader
{
    /// <summary>The longest header the format's own implementation reads, in bytes.</summary>
    internal const int MaximumLength = 100_000_000;

    /// <summary>Reserved for the string-to-string map of free text.</summary>
    internal const string MetadataKey = "__metadata__";

    // Root, entry, array make three; the rest is room for keys of the future, which are skipped.
    private const int MaximumDepth = 16;

    private readonly string file;
    private readonly long dataStart;
    private readonly long dataLength;
    private readonly Dictionary<string, string> metadata = new(StringComparer.Ordinal);
    private readonly List<SafetensorsTensor> tensors = [];
    private Utf8JsonReader reader;

    private SafetensorsHeader(ReadOnlySpan<byte> json, long dataLength, string file)
    {
        this.file = file;
        this.dataLength = dataLength;
        dataStart = SafetensorsFile.PrefixLength + json.Length;
        reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaximumDepth });
    }

    /// <summary>Reads and checks a header.</summary>
    /// <param name="json">The header's bytes.</param>
    /// <param name="dataLength">The number of bytes in the file after the header.</param>
    /// <param name="file">The file's name, for messages.</param>
    /// <returns>The free-text map, and the tensors in the header's order.</returns>
    /// <exception cref="UserInputException">The header is not valid, or does not fit the file.</exception>
    internal static (Dictionary<string, string> Metadata, List<SafetensorsTensor> Tensors) Parse(
        ReadOnlySpan<byte> json, long dataLength, string file)
    {
        if (!Utf8.IsValid(json))
            throw new UserInputException($"{file}: the header is not valid UTF-8");
        if (json.IsEmpty || json[0] != '{')
            throw new UserInputException($"{file}: the header is not a JSON object");
        var header = new SafetensorsHeader(json, dataLength, file);
        try
        {
            header.ReadRoot();
        }
        catch (JsonException error)
        {
            throw new UserInputException($"{file}: the header is not valid JSON: {error.Message}", error);
        }

        header.CheckCoverage();
        return (header.metadata, header.tensors);
    }

    private void ReadRoot()
    {
        reader.Read();
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (NextKey("the header") is { } name)
        {
            if (!names.Add(name))
                throw Error($"the name {MessageText.Quote(name)} appears twice");
            if (name == MetadataKey)
                ReadMetadata();
            else
                tensors.Add(ReadTensor(name));
        }

        // Only white space may follow; the reader throws on anything else.
        reader.Read();
    }

    private void ReadMetadata()
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw Error($"{MetadataKey} is not a map of strings");
        while (NextKey(MetadataKey) is { } key)
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
                throw Error($"{MetadataKey}: the value of {MessageText.Quote(key)} is not a string");
            if (!metadata.TryAdd(key, Text(MetadataKey)))
                throw Error($"{MetadataKey}: the key {MessageText.Quote(key)} appears twice");
        }
    }

    private SafetensorsTensor ReadTensor(string name)
    {
        var where = $"tensor {MessageText.Quote(name)}";
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw Error($"{where} is not described by an object");
        SafetensorsDType.Info? type = null;
        long[]? shape = null;
        long[]? offsets = null;
        var keys = new HashSet<string>(StringComparer.Ordinal);
        while (NextKey(where) is { } key)
        {
            if (!keys.Add(key))
                throw Error($"{where}: the key {MessageText.Quote(key)} appears twice");
            switch (key)
            {
                case "dtype":
                    type = ReadType(where);
                    break;
                case "shape":
                    shape = ReadIntegers(where, key, TensorEntry.MaximumRank);
                    break;
                case "data_offsets":
                    offsets = ReadIntegers(where, key, 2);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (type is null || shape is null || offsets is null)
            throw Error($"{where} has no {(type is null ? "dtype" : shape is null ? "shape" : "data_offsets")}");
        CheckOffsets(where, type, shape, offsets);
        return new SafetensorsTensor(name, type, shape, dataStart, offsets[0], offsets[1]);
    }

    private SafetensorsDType.Info ReadType(string where)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.String)
            throw Error($"{where}: dtype is not a string");
        var name = Text(where);
        return SafetensorsDType.Find(name) ?? throw Error($"{where}: unknown dtype {MessageText.Quote(name)}");
    }

    private long[] ReadIntegers(string where, string key, int most)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
            throw Error($"{where}: {key} is not an array");
        var values = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var value) || value < 0)
                throw Error($"{where}: {key} holds something other than whole numbers from 0 to {long.MaxValue}");
            if (values.Count == most)
                throw Error($"{where}: {key} holds more than {most} numbers");
            values.Add(value);
        }

        return [.. values];
    }

    private readonly void CheckOffsets(string where, SafetensorsDType.Info type, long[] shape, long[] offsets)
    {
        if (offsets.Length != 2)
            throw Error($"{where}: data_offsets holds {offsets.Length} numbers, expected 2");
        var (begin, end) = (offsets[0], offsets[1]);
        if (begin > end)
            throw Error($"{where}: data_offsets begin at {begin} and end before it, at {end}");
        if (end > dataLength)
            throw Error($"{where}: data_offsets end at {end}, the file holds {dataLength} bytes of data (truncated?)");
        var bits = TensorEntry.SizeInBits(shape, type.Bits)
            ?? throw Error($"{where}: shape [{string.Join(", ", shape)}] overflows");
        if (bits % 8 != 0)
            throw Error($"{where}: shape [{string.Join(", ", shape)}] of {type.Name} does not fill whole bytes");
        if (bits / 8 != end - begin)
        {
            throw Error($"{where}: shape [{string.Join(", ", shape)}] of {type.Name} takes {bits / 8} bytes, "
                + $"data_offsets span {end - begin}");
        }
    }

    /// <summary>The tensors must tile the data: no byte belongs to two of them, none to none.</summary>
    private readonly void CheckCoverage()
    {
        var covered = 0L;
        var previous = "";
        foreach (var tensor in tensors.OrderBy(tensor => tensor.Begin).ThenBy(tensor => tensor.End))
        {
            if (tensor.Begin < covered)
                throw Error($"tensor {MessageText.Quote(tensor.Name)} overlaps tensor {MessageText.Quote(previous)}");
            if (tensor.Begin > covered)
                throw Error($"bytes {covered} to {tensor.Begin} of the data, before tensor {MessageText.Quote(tensor.Name)}, belong to no tensor");
            covered = tensor.End;
            previous = tensor.Name;
        }

        if (covered != dataLength)
            throw Error($"the last {dataLength - covered} bytes belong to no tensor");
    }

    /// <summary>Moves to the next key of the current object; null at its end.</summary>
    private string? NextKey(string where)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.PropertyName ? Text(where) : null;
    }

    private readonly string Text(string where)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException error)
        {
            // Half a surrogate pair, written as an escape: valid JSON that is no text.
            throw new UserInputException($"{file}: {where} holds a string that is not valid Unicode", error);
        }
    }

    private readonly UserInputException Error(string what) => new($"{file}: {what}");
}
