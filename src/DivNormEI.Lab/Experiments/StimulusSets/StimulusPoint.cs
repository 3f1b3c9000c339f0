using DivNorm.Lab.Data;
using DivNorm.Lab.Stimuli;

namespace DivNorm.Lab.Experiments.StimulusSets;

/// <summary>One combination of parameters: angles in radians, lengths in pixels, frequencies in cycles/pixel.</summary>
internal sealed class StimulusPoint(StimulusSetRequest request, IReadOnlyDictionary<string, double> values, IReadOnlyList<GreyImage> images)
{
    internal int Height => request.Height;

    internal int Width => request.Width;

    internal double Mean => request.Mean;

    /// <summary>The images to cut crops from.</summary>
    internal IReadOnlyList<GreyImage> Images => images;

    internal double this[string option] => values[option];

    /// <summary>A parameter that is a whole number or a choice.</summary>
    internal int Whole(string option) => (int)values[option];

    /// <summary>A grating of the parameters orientation, frequency, phase and contrast, or of those with a prefix where there are such.</summary>
    internal Grating Grating(string prefix = "") => new()
    {
        Height = Height,
        Width = Width,
        Mean = Mean,
        Orientation = values[prefix + "orientation"],
        SpatialFrequency = values[values.ContainsKey(prefix + "frequency") ? prefix + "frequency" : "frequency"],
        Phase = values[values.ContainsKey(prefix + "phase") ? prefix + "phase" : "phase"],
        Contrast = values[prefix + "contrast"],
    };

    /// <summary>The hard-edged window of the parameter diameter; none at 0.</summary>
    internal Window? Disc() => values["diameter"] == 0 ? null : Window.Hard(values["diameter"]);
}
