using System.Numerics;

namespace DivNorm.Lab.Data;

/// <summary>
/// Scales a rectangle of an image, as if cut out first: bilinear where it grows; where it shrinks, the triangle is as wide as the step between
/// output pixels, so that nothing aliases. Keeps its scratch memory: one for each thread.
/// </summary>
internal sealed class ImageScaler
{
    private const int Channels = 3;

    private readonly Dictionary<(int From, int To), Taps> known = [];
    private float[] rows = [];

    /// <summary>Scales to floats.</summary>
    /// <param name="image">The image.</param>
    /// <param name="box">What of it.</param>
    /// <param name="width">Columns of the output.</param>
    /// <param name="height">Rows of the output.</param>
    /// <param name="planes">Receives the red plane, then green, then blue, 0 to 255: 3 x width x height values.</param>
    internal void Scale(RgbImage image, CropBox box, int width, int height, Span<float> planes)
    {
        Taps across = TapsOf(box.Width, width), down = TapsOf(box.Height, height);
        int stride = width * Channels;
        if (rows.Length < box.Height * stride)
            rows = new float[box.Height * stride];
        var source = image.Pixels.Span;
        for (int y = 0; y < box.Height; y++)
        {
            var line = source.Slice(Channels * ((box.Top + y) * image.Width + box.Left), Channels * box.Width);
            var target = rows.AsSpan(y * stride, stride);
            for (int x = 0; x < width; x++)
            {
                float red = 0, green = 0, blue = 0;
                int at = Channels * across.First[x];
                foreach (float weight in across.WeightsOf(x))
                {
                    red += weight * line[at];
                    green += weight * line[at + 1];
                    blue += weight * line[at + 2];
                    at += Channels;
                }

                // planar within the row, so that the second pass runs along memory
                target[x] = red;
                target[width + x] = green;
                target[2 * width + x] = blue;
            }
        }

        for (int y = 0; y < height; y++)
        {
            var weights = down.WeightsOf(y);
            for (int channel = 0; channel < Channels; channel++)
            {
                var target = planes.Slice((channel * height + y) * width, width);
                target.Clear();
                for (int k = 0; k < weights.Length; k++)
                {
                    var line = rows.AsSpan((down.First[y] + k) * stride + channel * width, width);
                    AddScaled(target, line, weights[k]);
                }
            }
        }
    }

    /// <summary>The image with a short side of at most <paramref name="shortSide"/> pixels, rounded back to 8 bits; itself where it is small enough.</summary>
    internal RgbImage Shrink(RgbImage image, int shortSide)
    {
        int least = Math.Min(image.Width, image.Height);
        if (least <= shortSide)
            return image;
        int width = (int)Math.Round((double)image.Width * shortSide / least), height = (int)Math.Round((double)image.Height * shortSide / least);
        float[] planes = new float[Channels * width * height];
        Scale(image, new CropBox(0, 0, image.Width, image.Height), width, height, planes);
        byte[] pixels = new byte[planes.Length];
        int area = width * height;
        for (int i = 0; i < area; i++)
        {
            for (int channel = 0; channel < Channels; channel++)
                pixels[Channels * i + channel] = (byte)Math.Clamp(planes[channel * area + i] + 0.5f, 0, byte.MaxValue);
        }

        return new RgbImage(width, height, pixels);
    }

    private static void AddScaled(Span<float> target, ReadOnlySpan<float> line, float weight)
    {
        int i = 0;
        for (; i <= target.Length - Vector<float>.Count; i += Vector<float>.Count)
            (new Vector<float>(target[i..]) + weight * new Vector<float>(line[i..])).CopyTo(target[i..]);
        for (; i < target.Length; i++)
            target[i] += weight * line[i];
    }

    private Taps TapsOf(int from, int to)
    {
        if (!known.TryGetValue((from, to), out var taps))
            known.Add((from, to), taps = new Taps(from, to));
        return taps;
    }

    /// <summary>For every output place, the first input place that counts and the weights from there on.</summary>
    private sealed class Taps
    {
        private readonly float[] weights;
        private readonly int[] starts;

        internal Taps(int from, int to)
        {
            First = new int[to];
            starts = new int[to + 1];
            var all = new List<float>();
            double step = (double)from / to, reach = Math.Max(step, 1);
            for (int i = 0; i < to; i++)
            {
                double centre = (i + 0.5) * step - 0.5;
                int first = Math.Max(0, (int)Math.Ceiling(centre - reach)), last = Math.Min(from - 1, (int)Math.Floor(centre + reach));
                var mine = Enumerable.Range(first, last - first + 1).Select(p => Math.Max(0, 1 - Math.Abs(p - centre) / reach)).ToList();
                double sum = mine.Sum();
                First[i] = first;
                all.AddRange(mine.Select(weight => (float)(weight / sum)));
                starts[i + 1] = all.Count;
            }

            weights = [.. all];
        }

        internal int[] First { get; }

        internal ReadOnlySpan<float> WeightsOf(int i) => weights.AsSpan(starts[i], starts[i + 1] - starts[i]);
    }
}
