using DivNorm.Lab.Data;
using SkiaSharp;
using Xunit;

namespace DivNorm.Lab.Tests.Data;

public sealed class ImageFileTests
{
    [Fact]
    public void Colour_BecomesItsLuma()
    {
        using TemporaryFolder folder = new();
        GreyImage image = ImageFile.ReadGrey(Pictures.Write(folder.At("a.png"), 13, 9));
        Assert.Equal(("a.png", 13, 9), (image.Name, image.Width, image.Height));
        for (int y = 0; y < 9; y++)
        {
            for (int x = 0; x < 13; x++)
            {
                SKColor colour = Pictures.Colour(x, y, 0);
                Assert.Equal((.299 * colour.Red + .587 * colour.Green + .114 * colour.Blue) / 255, image.Pixels[y * 13 + x], 1e-6);
            }
        }
    }

    [Theory]
    [InlineData("a.png", 0.0)]
    [InlineData("a.jpg", 0.02)]
    public void GreyFiles_KeepTheirValues(string name, double tolerance)
    {
        using TemporaryFolder folder = new();
        using SKBitmap bitmap = new(16, 16, SKColorType.Gray8, SKAlphaType.Opaque);
        bitmap.Erase(new SKColor(100, 100, 100));
        using (FileStream file = File.Create(folder.At(name)))
            bitmap.Encode(file, name.EndsWith("png", StringComparison.Ordinal) ? SKEncodedImageFormat.Png : SKEncodedImageFormat.Jpeg, 95);
        Assert.All(ImageFile.ReadGrey(folder.At(name)).Pixels, value => Assert.Equal(100 / 255.0, value, tolerance + 1e-7));
    }

    [Theory]
    [InlineData("cut.jpg")]
    [InlineData("cut.png")]
    public void FileCutShort_IsRefusedByName_WhereverItIsCut(string name)
    {
        using TemporaryFolder folder = new();
        byte[] whole = File.ReadAllBytes(Pictures.Write(folder.At(name), 64, 64));
        foreach (double part in new[] { 0, 0.01, 0.3, 0.6, 0.9 })
        {
            File.WriteAllBytes(folder.At(name), whole[..(int)(part * whole.Length)]);
            UserInputException? error = Record.Exception(() => ImageFile.ReadGrey(folder.At(name))) as UserInputException;
            Assert.True(error is not null, $"{part:P0} of the file was taken for the whole.");
            Assert.Contains(name, error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
        }
    }

    [Fact]
    public void MissingFilesAndFoldersAndText_AreRefusedByName()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.At("text.jpg"), "not a picture");
        foreach (string path in new[] { folder.At("missing.png"), folder.FullName, folder.At("text.jpg") })
            Assert.Contains(path, Assert.Throws<UserInputException>(() => ImageFile.ReadGrey(path)).Message, StringComparison.Ordinal);
        Assert.EndsWith("it is a folder", Assert.Throws<UserInputException>(() => ImageFile.ReadGrey(folder.FullName)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x/a.JPG", true)]
    [InlineData("a.jpeg", true)]
    [InlineData("Thumbs.db", false)]
    [InlineData(".a.png", false)]
    [InlineData("a.mat", false)]
    [InlineData("png", false)]
    public void ImageNames_AreKnownByTheirEnding(string path, bool image) => Assert.Equal(image, ImageFile.HasImageName(path));
}
