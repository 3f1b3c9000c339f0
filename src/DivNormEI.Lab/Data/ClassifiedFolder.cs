using System.Security.Cryptography;
using System.Text;

namespace DivNorm.Lab.Data;

/// <summary>Opens image folders for training: decoded as they are needed, or packed once into a cache.</summary>
public static class ClassifiedFolder
{
    /// <summary>Opens a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="storedSide">Images are scaled down to a short side of at most this many pixels before anything else: 16 or more.</param>
    /// <param name="cache">A folder for the packed images, made where missing; null decodes each image whenever it is needed.</param>
    /// <param name="message">Receives a line when a pack has to be made again.</param>
    /// <param name="progress">Receives the fraction packed.</param>
    /// <param name="cancellation">Stops the packing.</param>
    /// <returns>The images; the same pixels either way.</returns>
    /// <exception cref="UserInputException">The cache cannot be made or written.</exception>
    public static ClassifiedImages Open(
        ImageFolder folder, int storedSide, string? cache = null, Action<string>? message = null, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (cache is null)
        {
            var (decodedTrain, decodedValidation) = (new FolderImages(folder.Train, storedSide), new FolderImages(folder.Validation, storedSide));
            return Of(folder, decodedTrain, decodedValidation, () => [.. folder.Strays, .. decodedTrain.Skipped, .. decodedValidation.Skipped]);
        }

        var train = Packed(folder, "train", folder.Train, storedSide, cache, message, progress, cancellation);
        var validation = Packed(folder, "val", folder.Validation, storedSide, cache, message, progress, cancellation);
        SkippedFile[] skipped = [.. folder.Strays, .. train.Skipped(folder.Train), .. validation.Skipped(folder.Validation)];
        return Of(folder, train, validation, () => skipped);
    }

    private static ClassifiedImages Of(ImageFolder folder, ILabeledImages train, ILabeledImages validation, Func<IReadOnlyList<SkippedFile>> skipped) =>
        new(train, validation, folder.ClassIds, folder.ClassNames, $"images in {folder.Directory}", folder.Identity, skipped);

    private static PackedImages Packed(
        ImageFolder folder, string part, IReadOnlyList<LabeledFile> files, int storedSide, string cache, Action<string>? message, IProgress<double>? progress, CancellationToken cancellation)
    {
        string fingerprint = $"{folder.Fingerprint(files)} {part} {storedSide}";

        // Each folder and class list has packs of its own; the fingerprint inside says whether the folder is still the same.
        string which = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Path.GetFullPath(folder.Directory)}\0{string.Join('\0', folder.ClassIds)}")))[..12];
        string path = Path.Combine(cache, $"{which}-{storedSide}-{part}.images");
        try
        {
            Directory.CreateDirectory(cache);
            var found = PackedImages.Open(path, fingerprint, out string? why);
            if (found is not null)
                return found;
            if (why is not null)
                message?.Invoke($"Packing {path} again: {why}.");
            PackedImages.Write(path, fingerprint, files, storedSide, progress, cancellation);
            return PackedImages.Open(path, fingerprint, out _) ?? throw new UserInputException($"{path}: what was written does not read back; check the disk, or run without --cache.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UserInputException($"The cache {cache} cannot be used: {error.Message}", error);
        }
    }
}
