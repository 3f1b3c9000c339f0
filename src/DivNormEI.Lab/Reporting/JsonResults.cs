using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DivNorm.Lab.Reporting;

/// <summary>
/// Results as JSON: camel-case names, enumerations as camel-case text, NaN and infinities as null (and null back to NaN),
/// indented, with a list of plain values on one line so that a curve of 25 points is one line rather than 25.
/// </summary>
public static class JsonResults
{
    /// <summary>The settings, for callers that read or write parts themselves. Read-only.</summary>
    public static JsonSerializerOptions Options { get; } = CreateOptions();

    /// <summary>Writes a record as JSON text, ended by a line end.</summary>
    /// <param name="value">The record.</param>
    /// <typeparam name="T">Type of the record.</typeparam>
    public static string Serialize<T>(T value)
    {
        var text = new StringBuilder();
        Append(text, JsonSerializer.SerializeToElement(value, Options), 0);
        return text.Append('\n').ToString();
    }

    /// <summary>Reads a record from JSON text.</summary>
    /// <param name="json">The text.</param>
    /// <typeparam name="T">Type of the record.</typeparam>
    /// <exception cref="JsonException">The text is no JSON, is the word null, or does not fit the type.</exception>
    public static T Deserialize<T>(string json) =>
        JsonSerializer.Deserialize<T>(json, Options) ?? throw new JsonException("the document is null");

    private static JsonSerializerOptions CreateOptions()
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            WriteIndented = true,
            // These are files, not parts of a page: a degree sign stays one.
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        options.Converters.Add(new FiniteDoubleConverter());
        options.Converters.Add(new FiniteSingleConverter());
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    private static void Append(StringBuilder text, JsonElement element, int depth)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                AppendItems(text, element.EnumerateObject().ToArray(), '{', '}', depth, oneLine: false, property =>
                {
                    text.Append(JsonSerializer.Serialize(property.Name, Options)).Append(": ");
                    Append(text, property.Value, depth + 1);
                });
                break;
            case JsonValueKind.Array:
                var items = element.EnumerateArray().ToArray();
                bool plain = items.All(i => i.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array));
                AppendItems(text, items, '[', ']', depth, plain, item => Append(text, item, depth + 1));
                break;
            default:
                text.Append(element.GetRawText());
                break;
        }
    }

    private static void AppendItems<T>(StringBuilder text, T[] items, char open, char close, int depth, bool oneLine, Action<T> append)
    {
        text.Append(open);
        for (int i = 0; i < items.Length; i++)
        {
            text.Append(i == 0 ? "" : oneLine ? ", " : ",");
            if (!oneLine)
                text.Append('\n').Append(' ', 2 * (depth + 1));
            append(items[i]);
        }

        if (!oneLine && items.Length > 0)
            text.Append('\n').Append(' ', 2 * depth);
        text.Append(close);
    }

    private sealed class FiniteDoubleConverter : JsonConverter<double>
    {
        public override bool HandleNull => true;

        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value))
                writer.WriteNumberValue(value);
            else
                writer.WriteNullValue();
        }
    }

    private sealed class FiniteSingleConverter : JsonConverter<float>
    {
        public override bool HandleNull => true;

        public override float Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Null ? float.NaN : reader.GetSingle();

        public override void Write(Utf8JsonWriter writer, float value, JsonSerializerOptions options)
        {
            if (float.IsFinite(value))
                writer.WriteNumberValue(value);
            else
                writer.WriteNullValue();
        }
    }
}
