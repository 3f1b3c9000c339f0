using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Lab.Stimuli;

/// <summary>Renders stimuli to tensors.</summary>
public static class Stimulus
{
    /// <summary>Renders a stimulus.</summary>
    /// <param name="stimulus">The stimulus.</param>
    /// <returns>float32 [Height, Width] on the CPU.</returns>
    /// <exception cref="ArgumentException">As <see cref="IStimulus.Validate"/>.</exception>
    public static Tensor Render(this IStimulus stimulus)
    {
        ArgumentNullException.ThrowIfNull(stimulus);
        return tensor(stimulus.ToPixels(), [stimulus.Height, stimulus.Width]);
    }

    /// <summary>Renders stimuli of one image size as a batch.</summary>
    /// <param name="stimuli">At least one, all of the same height and width.</param>
    /// <returns>float32 [B, 1, Height, Width] on the CPU.</returns>
    /// <exception cref="ArgumentException">The list is empty, sizes differ, or a stimulus is not valid.</exception>
    public static Tensor RenderBatch(IReadOnlyList<IStimulus> stimuli)
    {
        ArgumentNullException.ThrowIfNull(stimuli);
        if (stimuli.Count == 0)
            throw new ArgumentException("A batch needs at least one stimulus.", nameof(stimuli));
        int height = stimuli[0].Height, width = stimuli[0].Width;
        stimuli[0].Validate(); // before anything is allocated for its size
        int area = height * width;
        float[] pixels = new float[stimuli.Count * area];
        for (int i = 0; i < stimuli.Count; i++)
        {
            if (stimuli[i].Height != height || stimuli[i].Width != width)
                throw new ArgumentException($"Stimulus {i} is {stimuli[i].Width}x{stimuli[i].Height}, the first is {width}x{height}: a batch needs one size.", nameof(stimuli));
            stimuli[i].RenderTo(pixels.AsSpan(i * area, area));
        }

        return tensor(pixels, [stimuli.Count, 1, height, width]);
    }

    /// <summary>The pixels of a stimulus, row by row from the top.</summary>
    internal static float[] ToPixels(this IStimulus stimulus)
    {
        stimulus.Validate();
        float[] pixels = new float[stimulus.Height * stimulus.Width];
        stimulus.RenderTo(pixels);
        return pixels;
    }
}
