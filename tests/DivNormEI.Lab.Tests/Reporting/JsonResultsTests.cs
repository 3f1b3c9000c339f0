using System.Text.Json;
using System.Text.Json.Serialization;
using CsCheck;
using DivNorm.Lab.Reporting;
using Xunit;

namespace DivNorm.Lab.Tests.Reporting;

public sealed partial class JsonResultsTests
{
    public enum Stage
    {
        Before,
        BeforeSquared,
    }

    public sealed record Tuning(string Variant, Stage Stage, double[] Hwhh, double[][] Curves, double GainRatio, float Ssim, int? Epoch);

    [JsonSourceGenerationOptions(
        PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(FiniteDoubleConverter), typeof(FiniteSingleConverter), typeof(CamelCaseEnumConverter<Stage>)])]
    [JsonSerializable(typeof(Tuning))]
    internal sealed partial class Json : JsonSerializerContext;

    [Fact]
    public void Curves_StandOnOneLineEach()
    {
        string json = JsonResults.Serialize(new Tuning("a°<b>", Stage.BeforeSquared, [1, double.NaN], [[0.1, 2], [], [3]], double.PositiveInfinity, 0.62f, null), Json.Default.Tuning);
        Assert.Equal(
            """
            {
              "variant": "a°<b>",
              "stage": "beforeSquared",
              "hwhh": [1, null],
              "curves": [
                [0.1, 2],
                [],
                [3]
              ],
              "gainRatio": null,
              "ssim": 0.62,
              "epoch": null
            }

            """.ReplaceLineEndings("\n"),
            json);
    }

    [Fact]
    public void Records_ComeBackToTheSameBits() => Gen.Select(Gen.Double.Array[0, 5].Array[0, 3], Gen.Float, Gen.String).Sample((curves, ssim, name) =>
    {
        // Unpaired surrogates are no text and cannot be kept by any UTF-8 file.
        name = new string([.. name.Where(c => !char.IsSurrogate(c))]);
        var record = new Tuning(name, Stage.Before, [], curves, 1e-300, ssim, 3);
        var back = JsonResults.Deserialize(JsonResults.Serialize(record, Json.Default.Tuning), Json.Default.Tuning);
        Assert.Equal(name, back.Variant);
        Assert.Equal(
            curves.Select(c => c.Select(v => double.IsFinite(v) ? BitConverter.DoubleToInt64Bits(v) : BitConverter.DoubleToInt64Bits(double.NaN))),
            back.Curves.Select(c => c.Select(BitConverter.DoubleToInt64Bits)));
        Assert.Equal(float.IsFinite(ssim) ? ssim : float.NaN, back.Ssim);
        Assert.Equal(1e-300, back.GainRatio);
        Assert.Equal(3, back.Epoch);
    });

    [Fact]
    public void Nonsense_IsRefused()
    {
        Assert.Throws<JsonException>(() => JsonResults.Deserialize("null", Json.Default.Tuning));
        Assert.Throws<JsonException>(() => JsonResults.Deserialize("{", Json.Default.Tuning));
    }
}
