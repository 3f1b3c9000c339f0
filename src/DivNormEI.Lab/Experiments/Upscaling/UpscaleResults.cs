using System.Globalization;
using DivNorm.Lab.Data;

namespace DivNorm.Lab.Experiments.Upscaling;

/// <summary>How near the network and interpolation come to the original, on luma.</summary>
/// <param name="Network">The network.</param>
/// <param name="Bicubic">Bicubic interpolation.</param>
/// <param name="Bilinear">Bilinear interpolation.</param>
public sealed record UpscaleQuality(PictureQuality Network, PictureQuality Bicubic, PictureQuality Bilinear)
{
    /// <summary>The means over pictures; SSIM over those that are large enough to have one.</summary>
    /// <param name="all">At least one.</param>
    public static UpscaleQuality Mean(IReadOnlyList<UpscaleQuality> all)
    {
        return new UpscaleQuality(Of(q => q.Network), Of(q => q.Bicubic), Of(q => q.Bilinear));

        PictureQuality Of(Func<UpscaleQuality, PictureQuality> part) => new(
            all.Average(q => part(q).Psnr), all.Select(q => part(q).Ssim).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average());
    }

    /// <summary>The figures as a person reads them.</summary>
    public string ToText() => $"network {Text(Network)}; bicubic {Text(Bicubic)}; bilinear {Text(Bilinear)}";

    private static string Text(PictureQuality quality) =>
        string.Create(CultureInfo.InvariantCulture, $"{quality.Psnr:f2} dB, SSIM {(double.IsNaN(quality.Ssim) ? "-" : quality.Ssim.ToString("f3", CultureInfo.InvariantCulture))}");
}

/// <summary>An image scaled up.</summary>
/// <param name="Image">The file it was made of.</param>
/// <param name="Output">The file it is in.</param>
/// <param name="Width">Pixels a row.</param>
/// <param name="Height">Rows.</param>
/// <param name="Quality">The comparison with the original; null without one.</param>
public sealed record UpscaledImage(string Image, string Output, int Width, int Height, UpscaleQuality? Quality);

/// <summary>What <c>divnormei upscale</c> did.</summary>
/// <param name="Layer">The name of the network's normalisation layer.</param>
/// <param name="View">How the network was shown the images.</param>
/// <param name="Images">The images that were scaled.</param>
/// <param name="Mean">Means over those that have an original; null where none has.</param>
public sealed record UpscaleResults(string Layer, UpscaleView View, IReadOnlyList<UpscaledImage> Images, UpscaleQuality? Mean)
{
    /// <summary>The results of some images.</summary>
    /// <param name="layer">The name of the network's normalisation layer.</param>
    /// <param name="view">How the network was shown the images.</param>
    /// <param name="images">The images.</param>
    public static UpscaleResults Of(string layer, UpscaleView view, IReadOnlyList<UpscaledImage> images)
    {
        var measured = images.Select(image => image.Quality).OfType<UpscaleQuality>().ToList();
        return new UpscaleResults(layer, view, images, measured.Count > 0 ? UpscaleQuality.Mean(measured) : null);
    }
}
