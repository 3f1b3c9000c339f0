using System.Text.Json;
using System.Text.Json.Serialization;

namespace DivNorm.Lab.Reporting;

/// <summary>As <see cref="FiniteDoubleConverter"/>, in single precision: NaN and infinities are null, and null is read as NaN.</summary>
public sealed class FiniteSingleConverter : JsonConverter<float>
{
    /// <inheritdoc/>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    public override float Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Null ? float.NaN : reader.GetSingle();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, float value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (float.IsFinite(value))
            writer.WriteNumberValue(value);
        else
            writer.WriteNullValue();
    }
}
