namespace DivNorm.Lab.Experiments.Contrast;

/// <summary>
/// The first convolution of VGG-16 under the gratings of the experiment (the paper's panel B): the entry <c>vgg16</c> of results.json.
/// </summary>
/// <param name="File">Name of the weights' file.</param>
/// <param name="Convention">Whose names and input: caffe or torchvision.</param>
/// <param name="Layer">Name of the convolution in the file; responses are after its ReLU.</param>
/// <param name="Tuned">Number of tuned units, which <paramref name="Tuning"/> averages.</param>
/// <param name="Untuned">Number of units with an OSI under <paramref name="LeastOsi"/>.</param>
/// <param name="ManyPeaked">Number of units whose preferred orientation is no peak.</param>
/// <param name="Silent">Number of units without any response.</param>
/// <param name="LeastOsi">Least OSI of a tuned unit at full contrast.</param>
/// <param name="LeastOfLargest">Least response of a tuned unit at its preferred orientation, relative to its largest.</param>
/// <param name="Frequencies">The frequencies of the search, cycles/pixel.</param>
/// <param name="Units">Every unit.</param>
/// <param name="Tuning">Averages of the tuned units by readout and background, each aligned at its preferred orientation; empty if there is none.</param>
public sealed record ContrastVgg16(
    string File,
    string Convention,
    string Layer,
    int Tuned,
    int Untuned,
    int ManyPeaked,
    int Silent,
    double LeastOsi,
    double LeastOfLargest,
    IReadOnlyList<double> Frequencies,
    IReadOnlyList<ContrastVgg16Unit> Units,
    IReadOnlyList<ContrastTuning> Tuning)
{
    /// <summary>What the tuning records name as their variant.</summary>
    public const string VariantName = "vgg16";
}

/// <summary>One unit at the central place, on grey. A figure that does not exist is null in the file.</summary>
/// <param name="Unit">Channel of the convolution, from 0.</param>
/// <param name="Group">tuned, untuned, manyPeaked or silent.</param>
/// <param name="SpatialFrequency">Preferred frequency of the search, cycles/pixel.</param>
/// <param name="Preferred">Preferred orientation, degrees in [0, 180).</param>
/// <param name="Osi">Orientation selectivity index at full contrast.</param>
/// <param name="GlobalOsi">Global OSI at full contrast.</param>
/// <param name="Peak">Response at the preferred orientation, by contrast.</param>
/// <param name="Hwhh">Half-width at half height between minimum and maximum, degrees, by contrast.</param>
/// <param name="GainRatio">Peak at the lowest contrast over peak at the highest.</param>
/// <param name="WidthRatio">HWHH at the lowest contrast over HWHH at the highest.</param>
public sealed record ContrastVgg16Unit(
    int Unit,
    string Group,
    double SpatialFrequency,
    double Preferred,
    double Osi,
    double GlobalOsi,
    IReadOnlyList<double> Peak,
    IReadOnlyList<double> Hwhh,
    double GainRatio,
    double WidthRatio);
