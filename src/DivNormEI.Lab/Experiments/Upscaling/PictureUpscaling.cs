using DivNorm.Interop;
using DivNorm.Lab.Data;
using DivNorm.Lab.Reporting.Progress;
using static TorchSharp.torch;

namespace DivNorm.Lab.Experiments.Upscaling;

/// <summary>How pictures are scaled and written.</summary>
/// <param name="Format">What is written.</param>
/// <param name="Quality">Of JPEG and WebP, 1 to 100.</param>
/// <param name="View">How the network is shown the picture; null takes the network's <see cref="Upscaler.DefaultView"/>.</param>
/// <param name="Tile">Largest side of what the network is shown at once, pixels of the image to scale, 1 or more.</param>
/// <param name="Reduce">Whether images are first made four times smaller, as the training does it, and compared with themselves.</param>
public sealed record UpscaleOptions(
    PictureFormat Format, int Quality = UpscaleOptions.DefaultQuality, UpscaleView? View = null, int Tile = Upscaler.DefaultTile, bool Reduce = false)
{
    /// <summary>The quality of JPEG and WebP where none is named.</summary>
    public const int DefaultQuality = 95;
}

/// <summary>
/// Scales picture files: luma by the network, chroma and alpha by bicubic interpolation. Rows are written as they come: beside the picture to scale and its original, no more
/// is held than a band of rows and the network's tile (JPEG and WebP: than the picture scaled up).
/// </summary>
public static class PictureUpscaling
{
    private const int Scale = Upscaler.Scale;

    /// <summary>Scales one picture.</summary>
    /// <param name="upscaler">The network.</param>
    /// <param name="job">The files.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Is told how far it is.</param>
    /// <param name="cancellation">Stops between tiles; nothing is written then.</param>
    /// <exception cref="UserInputException">A picture cannot be read or written, is too small to reduce, or does not fit its original.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static UpscaledImage Run(Upscaler upscaler, UpscaleJob job, UpscaleOptions options, IRunProgress progress, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(upscaler);
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(progress);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (planes, target) = options.Reduce ? Reduced(job.Image) : (PicturePlanes.Of(ImageFile.ReadPicture(job.Image)), null);
        int channels = (int)planes.shape[1], height = (int)planes.shape[2], width = (int)planes.shape[3];
        if (job.Target is { } original)
            target = Original(original, job.Image, width, height);
        options.Format.Check(job.Image, Scale * width, Scale * height, channels);

        using var quality = target is null ? null : new QualityComparison(planes, target);
        MakeFolderOf(job.Output);
        progress.Stage($"Scaling {job.Image}", (long)width * height, "pixels");
        AtomicFile.Write(job.Output, file =>
        {
            using var writer = options.Format.Begin(file, options.Quality, Scale * width, Scale * height, channels);
            upscaler.Bands(
                planes,
                options.View,
                options.Tile,
                (rows, luma) =>
                {
                    writer.Add(PicturePlanes.ToBytes(channels == 1 ? luma : cat([luma, Interpolation.Rows(planes.slice(1, 1, channels, 1), rows, Upsampling.Bicubic)], 1)));
                    quality?.Add(rows, luma);
                },
                done => progress.Report(done),
                cancellation);
            writer.Finish();
        });
        progress.Done($"{Scale * width}x{Scale * height}, {job.Output}");
        return new UpscaledImage(job.Image, job.Output, Scale * width, Scale * height, quality?.Result());
    }

    /// <summary>The planes of a picture a quarter as large, made as the training makes them; and the luma of what of it these are of.</summary>
    private static (Tensor Planes, Tensor Target) Reduced(string path)
    {
        using var picture = PicturePlanes.Of(ImageFile.ReadPicture(path));
        long height = picture.shape[2] / Scale, width = picture.shape[3] / Scale;
        if (height < 1 || width < 1)
            throw new UserInputException($"{path}: {picture.shape[3]}x{picture.shape[2]} pixels are too few to be made {Scale} times smaller.");
        var whole = Centre(picture, Scale * width, Scale * height);
        return (Resample.Down(whole, Scale), whole.slice(1, 0, 1, 1).clone());
    }

    private static Tensor Original(string path, string image, int width, int height)
    {
        using var luma = PicturePlanes.Of(ImageFile.ReadPicture(path), lumaAlone: true);
        long over = luma.shape[3] - Scale * width, below = luma.shape[2] - Scale * height;
        if (over is < 0 or >= Scale || below is < 0 or >= Scale)
        {
            throw new UserInputException(
                $"{path}: {luma.shape[3]}x{luma.shape[2]} is not {Scale} times {width}x{height}, the size of {image}; at most {Scale - 1} pixels more are cut off, in equal parts on both sides.");
        }

        return Centre(luma, Scale * width, Scale * height).clone();
    }

    private static Tensor Centre(Tensor planes, long width, long height)
    {
        long left = (planes.shape[3] - width) / 2, top = (planes.shape[2] - height) / 2;
        return planes.slice(2, top, top + height, 1).slice(3, left, left + width, 1);
    }

    private static void MakeFolderOf(string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserInputException($"{folder}: the folder cannot be made ({error.Message}); choose another --out.", error);
        }
    }
}
