using DivNorm.Layers;

namespace DivNorm.Interop.Onnx;

/// <summary>What can be chosen about an export. By default the sizes stay free wherever the model takes any.</summary>
public sealed record OnnxExportOptions
{
    /// <summary>The largest batch, height or width that can be fixed.</summary>
    public const int LargestSize = 4096;

    /// <summary>N, the images of a batch, fixed at 1 to <see cref="LargestSize"/>; null leaves it free.</summary>
    public int? Batch { get; init; }

    /// <summary>Height of the input in pixels, fixed at 1 to <see cref="LargestSize"/>; null leaves it free. Goes with <see cref="Width"/>.</summary>
    public int? Height { get; init; }

    /// <summary>Width of the input in pixels, fixed at 1 to <see cref="LargestSize"/>; null leaves it free. Goes with <see cref="Height"/>.</summary>
    public int? Width { get; init; }

    /// <summary>Text for the file's <c>metadata_props</c>, beside what the export says itself; a key given here wins.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range; the message names option, value and range.</exception>
    /// <exception cref="ArgumentException">One of height and width is fixed and the other is not.</exception>
    public void Validate()
    {
        Size(nameof(Batch), Batch);
        Size(nameof(Height), Height);
        Size(nameof(Width), Width);
        if (Height is null != Width is null)
            throw new ArgumentException($"{nameof(OnnxExportOptions)}: height and width are fixed together, or not at all.");
        ArgumentNullException.ThrowIfNull(Metadata);
    }

    private static void Size(string name, int? value) =>
        OptionCheck.Require(nameof(OnnxExportOptions), name, value, value is null or (>= 1 and <= LargestSize), $"1 to {LargestSize}");
}
