using System.Text.Json;
using System.Text.Json.Serialization;

namespace DivNorm.Lab.Reporting;

/// <summary>An enumeration in JSON: its member's name in camel case.</summary>
/// <typeparam name="TEnum">The enumeration.</typeparam>
public sealed class CamelCaseEnumConverter<TEnum>() : JsonStringEnumConverter<TEnum>(JsonNamingPolicy.CamelCase)
    where TEnum : struct, Enum;
