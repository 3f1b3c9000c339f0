using DivNorm.Lab.Data;
using static TorchSharp.torch;

namespace DivNorm.Lab.Experiments.Upscaling;

/// <summary>Interpolation band by band, to the values that the whole image has.</summary>
internal static class Interpolation
{
    private const int Reach = 2; // rows that cubic interpolation looks at, above and below

    /// <summary>Some rows of an image, four times as large.</summary>
    /// <param name="planes">[1, C, h, w].</param>
    /// <param name="rows">Rows of it.</param>
    /// <param name="method">How.</param>
    /// <returns>[1, C, 4 x rows, 4w].</returns>
    public static Tensor Rows(Tensor planes, Stretch rows, Upsampling method)
    {
        using var scope = NewDisposeScope();
        int first = Math.Max(0, rows.First - Reach);
        var larger = Resample.Up(planes.slice(2, first, Math.Min(planes.shape[2], rows.End + Reach), 1), Upscaler.Scale, method);
        return larger.slice(2, Upscaler.Scale * (rows.First - first), Upscaler.Scale * (rows.End - first), 1).MoveToOuterDisposeScope();
    }
}
