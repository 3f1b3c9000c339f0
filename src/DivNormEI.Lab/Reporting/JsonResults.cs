using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace DivNorm.Lab.Reporting;

/// <summary>
/// Results as JSON: indented, with a list of plain values on one line, so that a curve of 25 points is one line rather than 25. How the values
/// are written is up to the record's <see cref="JsonSerializerContext"/>; the project's name <see cref="FiniteDoubleConverter"/>,
/// <see cref="FiniteSingleConverter"/> and a <see cref="CamelCaseEnumConverter{TEnum}"/> for every enumeration.
/// </summary>
public static class JsonResults
{
    /// <summary>Writes a record as JSON text, ended by a line end.</summary>
    /// <param name="value">The record.</param>
    /// <param name="type">How its type is written: a property of a <see cref="JsonSerializerContext"/>.</param>
    /// <typeparam name="T">Type of the record.</typeparam>
    public static string Serialize<T>(T value, JsonTypeInfo<T> type)
    {
        var text = new StringBuilder();
        Append(text, JsonSerializer.SerializeToElement(value, type), 0);
        return text.Append('\n').ToString();
    }

    /// <summary>Reads a record from JSON text.</summary>
    /// <param name="json">The text.</param>
    /// <param name="type">How its type is read. What the text leaves out has its type's default, whatever the record's own default is.</param>
    /// <typeparam name="T">Type of the record.</typeparam>
    /// <exception cref="JsonException">The text is no JSON, is the word null, or does not fit the type.</exception>
    public static T Deserialize<T>(string json, JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(json, type) ?? throw new JsonException("the document is null");

    private static void Append(StringBuilder text, JsonElement element, int depth)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                AppendItems(text, element.EnumerateObject().ToArray(), '{', '}', depth, oneLine: false, property =>
                {
                    AppendText(text, property.Name).Append(": ");
                    Append(text, property.Value, depth + 1);
                });
                break;
            case JsonValueKind.Array:
                var items = element.EnumerateArray().ToArray();
                bool plain = items.All(i => i.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array));
                AppendItems(text, items, '[', ']', depth, plain, item => Append(text, item, depth + 1));
                break;
            case JsonValueKind.String:
                AppendText(text, element.GetString()!);
                break;
            default:
                text.Append(element.GetRawText());
                break;
        }
    }

    // These are files, not parts of a page: a degree sign stays one.
    private static StringBuilder AppendText(StringBuilder text, string value) =>
        text.Append('"').Append(JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).Value).Append('"');

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
}
