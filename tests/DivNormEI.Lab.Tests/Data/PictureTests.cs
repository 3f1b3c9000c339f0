using System.Buffers.Binary;
using CsCheck;
using DivNorm.Lab.Data;
using SkiaSharp;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Lab.Tests.Data;

/// <summary>Pictures on their way from a file to planes and back to a file.</summary>
public sealed class PictureTests
{
    /// <summary>EXIF: which corner of the picture to show the first stored row's first and last pixel and the last row's first lie in.</summary>
    [Theory]
    [InlineData(1, 0, 1, 2)]
    [InlineData(2, 1, 0, 3)]
    [InlineData(3, 3, 2, 1)]
    [InlineData(4, 2, 3, 0)]
    [InlineData(5, 0, 2, 1)]
    [InlineData(6, 1, 3, 0)]
    [InlineData(7, 3, 1, 2)]
    [InlineData(8, 2, 0, 3)]
    public void Picture_IsUpright_AsItsExifOrientationHasIt(int orientation, int first, int last, int below)
    {
        using TemporaryFolder folder = new();
        using SKBitmap bitmap = new(48, 32, SKColorType.Rgba8888, SKAlphaType.Opaque);
        for (int y = 0; y < 32; y++)
        {
            for (int x = 0; x < 48; x++)
                bitmap.SetPixel(x, y, (y < 16, x < 24) switch { (true, true) => SKColors.Red, (true, false) => SKColors.Lime, (false, true) => SKColors.Blue, _ => SKColors.Black });
        }

        using SKData jpeg = bitmap.Encode(SKEncodedImageFormat.Jpeg, 100);
        File.WriteAllBytes(folder["turned.jpg"], WithOrientation(jpeg.ToArray(), orientation));
        RgbaImage picture = ImageFile.ReadPicture(folder["turned.jpg"]);
        Assert.Equal(orientation < 5 ? (48, 32) : (32, 48), (picture.Width, picture.Height));
        (int X, int Y)[] corners = [(2, 2), (picture.Width - 3, 2), (2, picture.Height - 3), (picture.Width - 3, picture.Height - 3)];
        foreach (var (corner, channel) in ((int, int)[])[(first, 0), (last, 1), (below, 2)])
        {
            ReadOnlySpan<byte> pixel = picture.Pixels.Span.Slice(4 * (corners[corner].Y * picture.Width + corners[corner].X), 4);
            for (int c = 0; c < 3; c++)
                Assert.InRange(pixel[c], c == channel ? 245 : 0, c == channel ? 255 : 10);
        }
    }

    [Fact]
    public void Picture_HasTheColoursOfSrgb_WhateverItsProfile()
    {
        using TemporaryFolder folder = new();
        using var wide = SKColorSpace.CreateRgb(SKColorSpaceTransferFn.Srgb, SKColorSpaceXyz.AdobeRgb);
        using SKBitmap bitmap = new(new SKImageInfo(8, 8, SKColorType.Rgba8888, SKAlphaType.Opaque, wide));
        bitmap.Erase(new SKColor(0, 200, 0)); // an sRGB colour, stored as what it is in the wider space
        SKColor stored = new(bitmap.GetPixelSpan()[0], bitmap.GetPixelSpan()[1], bitmap.GetPixelSpan()[2]);
        Assert.NotEqual(new SKColor(0, 200, 0), stored);
        using (FileStream file = File.Create(folder["wide.png"]))
            bitmap.Encode(file, SKEncodedImageFormat.Png, 100);
        byte[] pixels = ImageFile.ReadPicture(folder["wide.png"]).Pixels.ToArray();
        Assert.InRange(pixels[0], 0, 2);
        Assert.InRange(pixels[1], 198, 202);
        Assert.InRange(pixels[2], 0, 2);
        Assert.Equal(stored.Green, ImageFile.ReadRgb(folder["wide.png"]).Pixels.Span[1]); // what training reads: as stored
    }

    [Theory]
    [InlineData("grey", 1)]
    [InlineData("greyAlpha", 2)]
    [InlineData("colour", 3)]
    [InlineData("colourAlpha", 4)]
    public void Planes_GiveEveryByteBack(string kind, int channels)
    {
        using DisposeScope scope = NewDisposeScope();
        RgbaImage picture = Random(kind, 31, 17);
        Tensor planes = PicturePlanes.Of(picture);
        Assert.Equal([1, channels, 17, 31], planes.shape);
        Assert.Equal(Interleaved(picture, channels), PicturePlanes.ToBytes(planes));
        Assert.True(planes[0, 0].eq(PicturePlanes.Of(picture, lumaAlone: true)[0, 0]).all().item<bool>());
    }

    [Fact]
    public void Luma_IsThatOfTheTraining()
    {
        using TemporaryFolder folder = new();
        string file = Pictures.Write(folder["a.png"], 13, 9);
        using Tensor planes = PicturePlanes.Of(ImageFile.ReadPicture(file));
        Assert.Equal(ImageFile.ReadGrey(file).Pixels, planes[0, 0].data<float>().ToArray());
    }

    [Fact]
    public void Values_OutsideTheRange_BecomeTheNearest()
    {
        using Tensor planes = tensor([-0.2f, 0.5f, 1.2f], [1, 1, 1, 3]);
        Assert.Equal([0, 128, 255], PicturePlanes.ToBytes(planes));
    }

    [Theory]
    [InlineData("grey", 1)]
    [InlineData("greyAlpha", 2)]
    [InlineData("colour", 3)]
    [InlineData("colourAlpha", 4)]
    public void PngWrittenInBands_IsReadAsItWas(string kind, int channels) =>
        Gen.Select(Gen.Int[1, 90], Gen.Int[1, 40], Gen.Int[1, 13]).Sample(
            (width, height, band) =>
            {
                using TemporaryFolder folder = new();
                RgbaImage picture = Random(kind, width, height);
                Write(folder["a.png"], PictureFormat.Png, picture, channels, band);
                Assert.True(picture.Pixels.Span.SequenceEqual(ImageFile.ReadPicture(folder["a.png"]).Pixels.Span));
            },
            iter: 20);

    [Theory]
    [InlineData(PictureFormat.Jpg, "grey", 1)]
    [InlineData(PictureFormat.Jpg, "colour", 3)]
    [InlineData(PictureFormat.WebP, "grey", 1)]
    [InlineData(PictureFormat.WebP, "greyAlpha", 2)]
    [InlineData(PictureFormat.WebP, "colour", 3)]
    [InlineData(PictureFormat.WebP, "colourAlpha", 4)]
    public void JpgAndWebP_AreReadNearlyAsTheyWere(PictureFormat format, string kind, int channels)
    {
        using TemporaryFolder folder = new();
        string file = folder["a" + format.Ending()];
        RgbaImage smooth = Make(33, 21, (x, y) => kind.StartsWith("grey", StringComparison.Ordinal)
            ? ((byte)(7 * x), (byte)(7 * x), (byte)(7 * x), (byte)(channels == 2 ? 100 + 5 * y : 255))
            : ((byte)(7 * x), (byte)(10 * y), (byte)100, (byte)(channels == 4 ? 100 + 5 * y : 255)));
        Write(file, format, smooth, channels, 4);
        Assert.Equal(format, PictureFormats.OfEnding(file));
        byte[] read = ImageFile.ReadPicture(file).Pixels.ToArray(), was = smooth.Pixels.ToArray();
        Assert.True(was.Zip(read, (a, b) => Math.Abs(a - b)).Average() < 3);
        Assert.Equal(channels is 2 or 4, read.Where((_, i) => i % 4 == 3).Any(alpha => alpha < 250));
    }

    [Fact]
    public void LongIdenticalRows_StayInOrder_AcrossManyChunks()
    {
        using TemporaryFolder folder = new();
        RgbaImage noise = Random("colour", 400, 300); // deflates to several chunks of 64 KB
        Write(folder["a.png"], PictureFormat.Png, noise, 3, 300);
        Assert.True(new FileInfo(folder["a.png"]).Length > 200_000);
        Assert.True(noise.Pixels.Span.SequenceEqual(ImageFile.ReadPicture(folder["a.png"]).Pixels.Span));
    }

    [Fact]
    public void WhatAFormatCannotHold_IsRefusedBeforehand()
    {
        Refuses(() => PictureFormat.Jpg.Check("a.png", 100, 100, 4), "transparent");
        Refuses(() => PictureFormat.WebP.Check("a.png", 16_384, 10, 3), "WebP holds 16383 a side; choose --format png");
        Refuses(() => PictureFormat.Jpg.Check("a.png", 65_000, 65_000, 3), "too many to encode");
        Refuses(() => PictureFormat.Png.Check("a.png", 1_000_001, 1, 3), "Png holds 1000000 a side.");
        PictureFormat.Png.Check("a.png", 100_000, 100_000, 4);
        PictureFormat.WebP.Check("a.png", 16_383, 16_383, 4);

        static void Refuses(Action check, string why) => Assert.Contains(why, Assert.Throws<UserInputException>(check).Message, StringComparison.Ordinal);
    }

    private static void Write(string path, PictureFormat format, RgbaImage picture, int channels, int band)
    {
        using FileStream file = File.Create(path);
        using IRowWriter writer = format.Begin(file, 95, picture.Width, picture.Height, channels);
        foreach (byte[] rows in Interleaved(picture, channels).Chunk(band * picture.Width * channels))
            writer.Add(rows);
        writer.Finish();
    }

    private static byte[] Interleaved(RgbaImage picture, int channels)
    {
        int[] of = channels switch { 1 => [0], 2 => [0, 3], 3 => [0, 1, 2], _ => [0, 1, 2, 3] };
        return [.. picture.Pixels.ToArray().Chunk(4).SelectMany(pixel => of.Select(c => pixel[c]))];
    }

    private static RgbaImage Random(string kind, int width, int height)
    {
        Random random = new(width * 1000 + height);
        bool grey = kind.StartsWith("grey", StringComparison.Ordinal), alpha = kind.EndsWith("Alpha", StringComparison.Ordinal);
        return Make(width, height, (x, y) =>
        {
            byte red = (byte)random.Next(256);

            // the first pixel makes sure that the picture is what it is called
            return (red, grey ? red : x + y == 0 ? (byte)~red : (byte)random.Next(256), grey ? red : (byte)random.Next(256), alpha ? (byte)random.Next(x + y == 0 ? 255 : 256) : (byte)255);
        });
    }

    private static RgbaImage Make(int width, int height, Func<int, int, (byte R, byte G, byte B, byte A)> color)
    {
        byte[] pixels = new byte[4 * width * height];
        for (int i = 0; i < width * height; i++)
            (pixels[4 * i], pixels[4 * i + 1], pixels[4 * i + 2], pixels[4 * i + 3]) = color(i % width, i / width);
        return new RgbaImage(width, height, pixels);
    }

    /// <summary>The JPEG with an EXIF segment that holds its orientation alone.</summary>
    private static byte[] WithOrientation(byte[] jpeg, int orientation)
    {
        byte[] exif = [0xFF, 0xE1, 0, 34, .. "Exif\0\0"u8, .. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt16BigEndian(exif.AsSpan(28), (short)orientation);
        return [.. jpeg[..2], .. exif, .. jpeg[2..]];
    }
}
