namespace DivNorm.Lab.Stimuli;

/// <summary>
/// A stimulus: a record of parameters that renders to one image. All share the conventions of <see cref="Grating"/>: x to the right, y down, both 0 at
/// the central pixel (row Height / 2, column Width / 2 in whole numbers), an orientation is the direction along which luminance varies, angles are
/// radians, lengths pixels, luminance lies in [0, 1] (or is signed around a mean of 0).
/// </summary>
public interface IStimulus
{
    /// <summary>Height of the image, pixels.</summary>
    int Height { get; }

    /// <summary>Width of the image, pixels.</summary>
    int Width { get; }

    /// <summary>Luminance of the background, on which the stimulus stands.</summary>
    double Mean { get; }

    /// <summary>What defines the image, in a fixed order, named with units: for files and tables.</summary>
    IReadOnlyList<StimulusParameter> Parameters { get; }

    /// <summary>Checks every parameter.</summary>
    /// <exception cref="ArgumentException">A parameter is out of its range, or the luminance would leave [0, 1]; the message names parameter, value and range.</exception>
    void Validate();

    /// <summary>Renders the image, after checking the parameters.</summary>
    /// <param name="pixels">Room for Height x Width values, row by row from the top.</param>
    /// <exception cref="ArgumentException">A parameter is out of its range, or there is not that much room.</exception>
    void RenderTo(Span<float> pixels);
}

/// <summary>A stimulus made of gratings, which drifts when their phases advance.</summary>
public interface IDriftingStimulus : IStimulus
{
    /// <summary>The same stimulus with every grating's phase advanced.</summary>
    /// <param name="radians">Added to the phases.</param>
    IDriftingStimulus WithPhaseShift(double radians);
}

/// <summary>One parameter of a stimulus.</summary>
/// <param name="Name">Its name with its unit, such as <c>orientation_deg</c> or <c>spatial_frequency_cpp</c> (cycles/pixel).</param>
/// <param name="Value">A text or a number: <see cref="int"/>, <see cref="uint"/>, <see cref="long"/>, <see cref="ulong"/>, <see cref="float"/>, <see cref="double"/> or <see cref="decimal"/>.</param>
public readonly record struct StimulusParameter(string Name, object Value);
