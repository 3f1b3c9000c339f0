using DivNorm.Lab.Stimuli;

namespace DivNorm.Lab.Tests.Stimuli;

/// <summary>Looks at the pixels of stimuli.</summary>
internal static class Images
{
    /// <summary>Renders through the interface, as a user would.</summary>
    internal static float[] Pixels(this IStimulus stimulus)
    {
        using var image = stimulus.Render();
        return image.data<float>().ToArray();
    }

    /// <summary>The pixel at a place relative to the central one.</summary>
    internal static float At(this IStimulus stimulus, float[] pixels, int x, int y) => pixels[(y + stimulus.Height / 2) * stimulus.Width + x + stimulus.Width / 2];

    internal static double Michelson(this float[] pixels) => (pixels.Max() - pixels.Min()) / (pixels.Max() + pixels.Min());

    /// <summary>Every place of an image relative to the central pixel, in the order of its pixels.</summary>
    internal static IEnumerable<(int X, int Y)> Places(this IStimulus stimulus) =>
        from row in Enumerable.Range(0, stimulus.Height)
        from column in Enumerable.Range(0, stimulus.Width)
        select (column - stimulus.Width / 2, row - stimulus.Height / 2);
}
