using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DivNorm.Lab.Experiments;
using DivNorm.Lab.Experiments.Recognition;
using DivNorm.Models;
using Xunit;

namespace DivNorm.Lab.Tests.Experiments;

public sealed class ExperimentJsonTests
{
    [Fact]
    public void EveryEnumerationOfConfigurationsAndResults_IsText()
    {
        var types = typeof(ExperimentJson).GetProperties().Select(property => property.PropertyType)
            .Where(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(JsonTypeInfo<>)).Select(type => type.GetGenericArguments()[0]);
        var enumerations = types.Select(type => Nullable.GetUnderlyingType(type) ?? type).Where(type => type.IsEnum).Distinct().ToList();
        Assert.Contains(typeof(BlockStart), enumerations);
        Assert.All(enumerations, type =>
        {
            string name = type.GetEnumNames()[0];
            string text = JsonSerializer.Serialize(Enum.Parse(type, name), ExperimentJson.Default.GetTypeInfo(type)!);
            Assert.Equal($"\"{char.ToLowerInvariant(name[0])}{name[1..]}\"", text);
        });
    }

    [Fact]
    public void Options_KeepTheirDefaults_WhereTheTextIsSilent()
    {
        var options = ConfigFile.Parse("""{ "width": 8 }""", "options", new Vgg9Options(), ExperimentJson.Default.Vgg9Options);
        Assert.Equal(new Vgg9Options { Width = 8, Positions = options.Positions }, options);
        Assert.Equal(new Vgg9Options().Positions, options.Positions);
    }
}
