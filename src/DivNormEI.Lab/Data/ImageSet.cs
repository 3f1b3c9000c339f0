using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace DivNorm.Lab.Data;

/// <summary>A file that was found but not used.</summary>
/// <param name="Path">The file.</param>
/// <param name="Reason">Why, in a few words.</param>
public sealed record SkippedFile(string Path, string Reason);

/// <summary>Training and validation images, where they came from, and what was left out.</summary>
/// <param name="Train">Training images, in a fixed order.</param>
/// <param name="Validation">Validation images, in a fixed order.</param>
/// <param name="SkippedFiles">Files that were found but not used.</param>
/// <param name="Source">Where the images came from, for the record of a run.</param>
/// <param name="Checksum">SHA-256 over splits, names, sizes and pixels, hexadecimal: equal sets have equal ones, wherever they lie.</param>
public sealed record ImageSet(
    IReadOnlyList<GreyImage> Train,
    IReadOnlyList<GreyImage> Validation,
    IReadOnlyList<SkippedFile> SkippedFiles,
    string Source,
    string Checksum)
{
    internal static ImageSet Of(IReadOnlyList<GreyImage> train, IReadOnlyList<GreyImage> validation, IReadOnlyList<SkippedFile> skipped, string source)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string split, IReadOnlyList<GreyImage> images) in new[] { ("train", train), ("validation", validation) })
        {
            foreach (GreyImage image in images)
            {
                hash.AppendData(Encoding.UTF8.GetBytes($"{split}\0{image.Name}\0{image.Width}x{image.Height}\0"));
                hash.AppendData(MemoryMarshal.AsBytes<float>(image.Pixels));
            }
        }

        return new ImageSet(train, validation, skipped, source, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}
