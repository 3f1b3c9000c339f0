using DivNorm.Lab.Data;
using SkiaSharp;
using Xunit;

namespace DivNorm.Lab.Tests.Data;

public sealed class ImageFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Folder_ListsClassesInOrder_NamesThem_AndNamesStrays()
    {
        Make();
        File.WriteAllText(folder.At("data", "words.txt"), "b\tbell, carillon\nx\tunused\n");
        File.WriteAllText(folder.At("data", "train", "a", "Thumbs.db"), "x");
        var found = ImageFolder.Open(folder["data"]);
        Assert.Equal(["a", "b", "c"], found.ClassIds);
        Assert.Equal(["a", "bell", "c"], found.ClassNames);
        Assert.EndsWith("Thumbs.db", Assert.Single(found.Strays).Path, StringComparison.Ordinal);
        Assert.Equal([0, 0, 1, 1, 2, 2], found.Train.Select(file => file.Label));
        var selected = ImageFolder.Open(folder["data"], ["b", "c"]);
        Assert.Equal([0, 0, 1, 1], selected.Train.Select(file => file.Label));
        Assert.NotEqual(found.Identity, selected.Identity);
    }

    [Fact]
    public void LinksToFolders_AreNamedAndNotFollowed_AndHiddenFoldersPassedOver()
    {
        if (OperatingSystem.IsWindows())
            return; // links need rights there
        Make();
        Pictures.Write(folder.At("data", "train", "a", "more", "2.png"), 20, 20);
        Pictures.Write(folder.At("data", "train", "a", ".ipynb_checkpoints", "0.png"), 20, 20);
        Directory.CreateSymbolicLink(folder.At("data", "train", "a", "round"), folder.At("data", "train"));
        File.CreateSymbolicLink(folder.At("data", "train", "a", "3.png"), folder.At("data", "train", "a", "1.png"));
        var found = ImageFolder.Open(folder["data"]);
        Assert.Equal(["train/a/0.jpg", "train/a/1.png", "train/a/3.png", "train/a/more/2.png"], found.Train.Where(file => file.Label == 0).Select(file => file.Name));
        Assert.Equal(4, found.Train.Count(file => file.Label != 0));
        var stray = Assert.Single(found.Strays);
        Assert.Equal((folder.At("data", "train", "a", "round"), "a link to a folder"), (stray.Path, stray.Reason));
    }

    [Fact]
    public void GreyscaleAndColour_AreBothRead_AndShrunkToTheStoredSide()
    {
        Make();
        Pictures.Write(folder.At("data", "train", "a", "grey.jpg"), 40, 20, SKColorType.Gray8);
        using var images = ClassifiedFolder.Open(ImageFolder.Open(folder["data"]), 16, cancellation: TestContext.Current.CancellationToken);
        var grey = Enumerable.Range(0, images.Train.Count).Select(images.Train.Read).Single(image => image!.Width == 32)!;
        Assert.Equal(16, grey.Height);
        foreach (var pixel in grey.Pixels.ToArray().Chunk(3))
            Assert.True(pixel[0] == pixel[1] && pixel[1] == pixel[2]);
        Assert.Empty(images.SkippedFiles());
    }

    [Fact]
    public void CorruptFiles_AreNamedSkippedAndCountedOnce()
    {
        Make();
        File.WriteAllBytes(folder.At("data", "train", "b", "0.jpg"), [1, 2, 3]);
        string cut = folder.At("data", "val", "c", "0.png");
        File.WriteAllBytes(cut, File.ReadAllBytes(cut)[..^20]);
        foreach (string? cache in (string?[])[null, folder["cache"], folder["cache"]])
        {
            using var images = ClassifiedFolder.Open(ImageFolder.Open(folder["data"]), 16, cache, cancellation: TestContext.Current.CancellationToken);
            Assert.Equal(6, images.Train.Count);
            for (int pass = 0; pass < 2; pass++)
            {
                Assert.Equal([2], Enumerable.Range(0, 6).Where(i => images.Train.Read(i) is null));
                Assert.Equal([2], Enumerable.Range(0, 3).Where(i => images.Validation.Read(i) is null));
            }

            var skipped = images.SkippedFiles();
            Assert.Equal([Path.Combine("b", "0.jpg"), Path.Combine("c", "0.png")], skipped.Select(file => Path.Combine(Path.GetFileName(Path.GetDirectoryName(file.Path)!), Path.GetFileName(file.Path))));
            Assert.All(skipped, file => Assert.NotEmpty(file.Reason));
        }
    }

    [Fact]
    public void PackedImages_AreThePixelsThatDecodingGives()
    {
        Make();
        var listed = ImageFolder.Open(folder["data"]);
        using var decoded = ClassifiedFolder.Open(listed, 10, cancellation: TestContext.Current.CancellationToken);
        using var packed = ClassifiedFolder.Open(listed, 10, folder["cache"], cancellation: TestContext.Current.CancellationToken);
        for (int i = 0; i < decoded.Train.Count; i++)
        {
            Assert.Equal(decoded.Train.Label(i), packed.Train.Label(i));
            Assert.Equal(decoded.Train.Read(i)!.Width, packed.Train.Read(i)!.Width);
            Assert.Equal(decoded.Train.Read(i)!.Pixels.ToArray(), packed.Train.Read(i)!.Pixels.ToArray());
        }
    }

    [Fact]
    public void Cache_IsKept_UntilTheFolderChangesOrItIsDamaged()
    {
        Make();
        Assert.Empty(Open()); // nothing to complain of: it is made
        Assert.Empty(Open());
        string[] packs = Directory.GetFiles(folder["cache"]);
        Assert.Equal(2, packs.Length);

        Pictures.Write(folder.At("data", "val", "a", "0.png"), 30, 30, seed: 99);
        Assert.Contains("have changed", Assert.Single(Open()), StringComparison.Ordinal);
        Assert.Empty(Open());

        foreach (string pack in packs)
        {
            byte[] bytes = File.ReadAllBytes(pack);
            foreach (int at in (int[])[0, 30, bytes.Length - 5])
            {
                byte[] damaged = [.. bytes];
                damaged[at] ^= 4;
                File.WriteAllBytes(pack, damaged);
                Assert.Contains("checksums do not match", Assert.Single(Open()), StringComparison.Ordinal);
            }

            File.WriteAllBytes(pack, bytes[..^1]);
            Assert.Single(Open());
            File.WriteAllBytes(pack, bytes[..10]);
            Assert.Contains("cut short", Assert.Single(Open()), StringComparison.Ordinal);
            Assert.Empty(Open());
        }

        List<string> Open()
        {
            var messages = new List<string>();
            using var images = ClassifiedFolder.Open(ImageFolder.Open(folder["data"]), 16, folder["cache"], messages.Add, cancellation: TestContext.Current.CancellationToken);
            Assert.NotNull(images.Train.Read(0));
            return messages;
        }
    }

    [Fact]
    public void BadFolders_AreOneLineEach()
    {
        Make();
        Directory.CreateDirectory(folder["empty"]);
        Directory.CreateDirectory(Path.Combine(folder["bare"], "train", "a"));
        Directory.CreateDirectory(Path.Combine(folder["bare"], "train", "b"));
        Directory.CreateDirectory(Path.Combine(folder["bare"], "val", "a"));
        File.WriteAllText(folder["file"], "x");
        foreach (var (directory, classes, expected) in ((string, string[]?, string)[])
        [
            ("missing", null, "does not exist"),
            ("file", null, "is a file"),
            ("empty", null, "has no folder train"),
            ("bare", null, "holds no image"),
            ("data", ["a", "z"], "lacks 1 of 2 classes: z"),
        ])
        {
            var error = Assert.Throws<UserInputException>(() => ImageFolder.Open(folder[directory], classes));
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
            Assert.Contains(folder[directory], error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
        }

        Directory.Delete(folder.At("data", "val", "b"), recursive: true);
        Assert.Contains("lacks 1 of 3 classes: b", Assert.Throws<UserInputException>(() => ImageFolder.Open(folder["data"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ClassLists_AreCarriedOrReadFromAFile()
    {
        Assert.Equal(["imagenet-100", "tiny-imagenet-20"], ClassLists.Names);
        Assert.Equal(20, ClassLists.Read("tiny-imagenet-20").Count);
        File.WriteAllText(folder["list"], "# mine\nn2 name\n\nn1\tother\n");
        Assert.Equal(["n1", "n2"], ClassLists.Read(folder["list"]));
        File.WriteAllText(folder["list"], "n1\nn1\n");
        Assert.Contains("names n1 twice", Assert.Throws<UserInputException>(() => ClassLists.Read(folder["list"])).Message, StringComparison.Ordinal);
        File.WriteAllText(folder["list"], "n1\n");
        Assert.Contains("holds 1 ids", Assert.Throws<UserInputException>(() => ClassLists.Read(folder["list"])).Message, StringComparison.Ordinal);
        Assert.Contains("give a file or one of imagenet-100", Assert.Throws<UserInputException>(() => ClassLists.Read(folder["none"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ImageNet100_IsTheStandardList() =>
        Assert.Equal(File.ReadAllLines(SharedFolder.PathOrSkip("data/imagenet100.txt")).Where(line => line.Length > 0).Order(StringComparer.Ordinal), ClassLists.Read("imagenet-100"));

    /// <summary>Three classes: two training images and a validation image each.</summary>
    private void Make()
    {
        int seed = 0;
        foreach (string id in (string[])["c", "a", "b"])
        {
            Pictures.Write(folder.At("data", "train", id, "0.jpg"), 24, 20, seed: seed += 10);
            Pictures.Write(folder.At("data", "train", id, "1.png"), 20, 24, seed: seed += 10);
            Pictures.Write(folder.At("data", "val", id, "0.png"), 18, 18, seed: seed += 10);
        }
    }
}
