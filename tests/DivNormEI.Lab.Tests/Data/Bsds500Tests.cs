using System.Formats.Tar;
using DivNorm.Lab.Data;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Lab.Tests.Data;

public sealed class Bsds500Tests
{
    [Fact]
    public void Folder_IsTakenAtAnyLevel_AndTheSetIsTheSame()
    {
        using TemporaryFolder folder = new();
        foreach ((string split, int count) in new[] { ("train", 3), ("val", 2), ("test", 1) })
        {
            for (int i = 0; i < count; i++)
                Pictures.Write(folder.At("BSDS500", "data", "images", split, $"{split}{i}.jpg"), 50, 60, seed: i * 7 + count);
        }

        string[] levels = [".", "BSDS500", "BSDS500/data", "BSDS500/data/images"];
        ImageSet[] sets = [.. levels.Select(level => Load(Path.Combine(folder.FullName, level)))];
        Assert.All(sets, set => Assert.Equal(sets[0].Checksum, set.Checksum));
        Assert.Equal(["train0.jpg", "train1.jpg", "train2.jpg"], sets[0].Train.Select(image => image.Name));
        Assert.Equal(["val0.jpg", "val1.jpg"], sets[0].Validation.Select(image => image.Name));
    }

    [Fact]
    public void PlainFolder_GivesEveryFifthImageToValidation_ByTheSeed()
    {
        using TemporaryFolder folder = new();
        for (int i = 0; i < 10; i++)
            Pictures.Write(folder.At($"{i}.png"), 48, 48, seed: i);
        ImageSet set = Load(folder.FullName);
        Assert.Equal((8, 2), (set.Train.Count, set.Validation.Count));
        Assert.Equal(10, set.Train.Concat(set.Validation).Select(image => image.Name).Distinct().Count());
        Assert.Equal(set.Checksum, Load(folder.FullName).Checksum);
        Assert.Contains(Enumerable.Range(1, 5), seed => Load(folder.FullName, seed: (ulong)seed).Checksum != set.Checksum);
    }

    [Fact]
    public void StrayCorruptAndSmallFiles_AreSkippedWithTheirReasons()
    {
        using TemporaryFolder folder = new();
        Pictures.Write(folder.At("train", "a.jpg"), 48, 48);
        Pictures.Write(folder.At("val", "b.jpg"), 48, 48);
        Pictures.Write(folder.At("train", "narrow.jpg"), 47, 90);
        File.WriteAllText(folder.At("train", "Thumbs.db"), "stray");
        File.WriteAllText(folder.At("val", ".hidden.png"), "stray");
        byte[] whole = File.ReadAllBytes(folder.At("train", "a.jpg"));
        File.WriteAllBytes(folder.At("val", "cut.jpg"), whole[..(whole.Length / 2)]);
        ImageSet set = Load(folder.FullName);
        Assert.Equal((1, 1), (set.Train.Count, set.Validation.Count));
        Dictionary<string, string> reasons = set.SkippedFiles.ToDictionary(file => Path.GetFileName(file.Path), file => file.Reason);
        Assert.Equal(4, reasons.Count);
        Assert.Equal("not an image", reasons["Thumbs.db"]);
        Assert.Equal("not an image", reasons[".hidden.png"]);
        Assert.Contains("47x90", reasons["narrow.jpg"], StringComparison.Ordinal);
        Assert.Contains("cut short", reasons["cut.jpg"], StringComparison.Ordinal);
    }

    [Fact]
    public void FoldersThatLeaveNoImage_AreRefusedInOneLine()
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder.At("empty", "x"));
        File.WriteAllText(folder.At("stray", "Thumbs.db"), "stray");
        Pictures.Write(folder.At("small", "a.png"), 20, 20);
        Pictures.Write(folder.At("one", "a.png"), 48, 48);
        Pictures.Write(folder.At("noval", "train", "a.png"), 48, 48);
        Directory.CreateDirectory(folder.At("noval", "val", "x"));
        foreach ((string name, string says) in new[]
        {
            ("missing", "does not exist"), ("empty", "BSDS500/data/images"), ("stray", "not an image"), ("small", "20x20"),
            ("one", "1 training and 0 validation"), ("noval", "1 training and 0 validation"), ("one/a.png", "is a file"),
        })
        {
            string message = Assert.Throws<UserInputException>(() => Load(Path.Combine(folder.FullName, name))).Message;
            Assert.Contains(says, message, StringComparison.Ordinal);
            Assert.Contains(Path.Combine(folder.FullName, name), message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', message);
        }
    }

    /// <summary>
    /// The reference's bicubic baseline, 26.85 dB and SSIM .650 on 500 validation crops, tells how its low-resolution input was made: bilinear without
    /// antialiasing. Areas, antialiased kernels and bicubic miss it by .25 dB or more, and so does the PSNR of the mean error, by 4 dB.
    /// </summary>
    [Fact]
    public void RealBsds500_GivesTheReferencesBicubicBaseline()
    {
        string archive = SharedFolder.PathOrSkip("data/bsds500.tar");
        using TemporaryFolder folder = new();
        TarFile.ExtractToDirectory(archive, folder.FullName, overwriteFiles: false);
        ImageSet set = Load(folder.FullName);
        Assert.Equal((200, 100), (set.Train.Count, set.Validation.Count));
        Assert.Equal(["Thumbs.db", "Thumbs.db"], set.SkippedFiles.Select(file => Path.GetFileName(file.Path)));
        using DisposeScope scope = NewDisposeScope();
        Tensor target = CropSampler.ValidationCrops(set.Validation, 500, 48, seed: 0);
        Tensor bicubic = Resample.Up(Resample.Down(target, 4), 4, Upsampling.Bicubic);
        Assert.Equal(26.85, ImageQuality.Psnr(bicubic, target), 0.2);
        Assert.Equal(0.650, ImageQuality.Ssim(bicubic, target), 0.01);
    }

    private static ImageSet Load(string folder, ulong seed = 0) =>
        Bsds500.Load(folder, seed: seed, cancellation: TestContext.Current.CancellationToken);
}
