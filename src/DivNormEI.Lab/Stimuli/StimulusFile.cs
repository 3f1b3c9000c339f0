using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using DivNorm.Interop;
using SkiaSharp;
using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Lab.Stimuli;

/// <summary>Writes stimuli as files: safetensors keep them exactly, PNG shows them.</summary>
public static class StimulusFile
{
    /// <summary>Name of the tensor in a safetensors file of stimuli.</summary>
    public const string TensorName = "stimuli";

    private static readonly StimulusJson Json = new(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>
    /// Writes a stimulus as an 8-bit grey PNG: a pixel is luminance x 255, rounded, without gamma; of signed stimuli (mean 0) 0.5 is added first. Rounding
    /// moves luminance by up to 1/510: on grey a sinusoid of contrast 0.03 keeps some eight levels, one under 0.004 becomes a square wave of two. The
    /// safetensors file loses nothing.
    /// </summary>
    /// <param name="stimulus">The stimulus.</param>
    /// <param name="path">The file to write.</param>
    /// <returns>The largest error of a pixel, in luminance: 0 to 1/510.</returns>
    /// <exception cref="ArgumentException">The stimulus is not valid.</exception>
    /// <exception cref="UserInputException">The file cannot be written.</exception>
    public static double WritePng(IStimulus stimulus, string path)
    {
        ArgumentNullException.ThrowIfNull(stimulus);
        float[] pixels = stimulus.ToPixels();
        double shift = stimulus.Mean == 0 ? Grating.Grey : 0, worst = 0;
        byte[] grey = new byte[pixels.Length];
        for (int i = 0; i < pixels.Length; i++)
        {
            double luminance = pixels[i] + shift;
            grey[i] = (byte)Math.Clamp(Math.Round(luminance * byte.MaxValue), 0, byte.MaxValue);
            worst = Math.Max(worst, Math.Abs(luminance - grey[i] / (double)byte.MaxValue));
        }

        using SKImage image = SKImage.FromPixelCopy(new SKImageInfo(stimulus.Width, stimulus.Height, SKColorType.Gray8, SKAlphaType.Opaque), grey);
        using SKData png = image.Encode(SKEncodedImageFormat.Png, 100);
        AtomicFile.Write(path, stream => png.SaveTo(stream));
        return worst;
    }

    /// <summary>
    /// Writes stimuli of one image size as a safetensors file: the tensor <see cref="TensorName"/>, float32 [N, 1, Height, Width], and their parameters as
    /// a JSON array of N objects in the metadata entry <c>parameters</c>.
    /// </summary>
    /// <param name="stimuli">At least one, all of one image size.</param>
    /// <param name="path">The file to write.</param>
    /// <exception cref="ArgumentException">The list is empty, sizes differ, or a stimulus is not valid.</exception>
    /// <exception cref="UserInputException">The file cannot be written.</exception>
    public static void WriteSafetensors(IReadOnlyList<IStimulus> stimuli, string path)
    {
        using Tensor batch = Stimulus.RenderBatch(stimuli);
        string parameters = JsonSerializer.Serialize([.. stimuli.Select(s => s.Parameters.ToDictionary(p => p.Name, p => p.Value))], Json.ListDictionaryStringObject);
        SafetensorsFile.Write(path, [(TensorName, batch)], new Dictionary<string, string> { ["parameters"] = parameters });
    }
}

/// <summary>How parameters of stimuli are written as JSON: names, and values that are texts or numbers of any of these types.</summary>
[JsonSerializable(typeof(List<Dictionary<string, object>>))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(uint))]
[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(ulong))]
[JsonSerializable(typeof(float))]
[JsonSerializable(typeof(double))]
[JsonSerializable(typeof(decimal))]
internal sealed partial class StimulusJson : JsonSerializerContext;
