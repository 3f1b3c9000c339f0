using DivNorm.Lab.Data;
using DivNorm.Lab.Stimuli;

namespace DivNorm.Lab.Experiments.StimulusSets;

/// <summary>The kinds of stimuli that sets can be made of.</summary>
public static class StimulusKinds
{
    private static readonly StimulusOption Orientation = new("orientation", "Direction along which luminance varies; 0 gives upright stripes.", StimulusUnit.Degrees, 0);
    private static readonly StimulusOption Frequency = new("frequency", "Spatial frequency.", StimulusUnit.Frequency, 0.1);
    private static readonly StimulusOption Phase = new("phase", "Phase at the centre; 0 is a bright stripe.", StimulusUnit.Degrees, 0);
    private static readonly StimulusOption Contrast = new("contrast", "Michelson contrast, 0 to 1.", StimulusUnit.Number, 1);
    private static readonly StimulusOption FigureContrast = new("contrast", "Michelson contrast against the background, signed: -1 is black; on grey 1/3 is white.", StimulusUnit.Number, 0.3);
    private static readonly StimulusOption X = new("x", "Centre right of the image's.", StimulusUnit.Length, 0);
    private static readonly StimulusOption Y = new("y", "Centre below the image's.", StimulusUnit.Length, 0);
    private static readonly StimulusOption OptionalDiameter = new("diameter", "Diameter of a hard-edged disc to show it in; 0 shows the whole field.", StimulusUnit.Length, 0);
    private static readonly StimulusOption Count = new("count", "Images of each combination, each from a seed of its own.", StimulusUnit.Count, 1);
    private static readonly StimulusOption Seed = new("seed", "The seed that the draws derive from.", StimulusUnit.Count, 1);
    private static readonly StimulusOption[] GratingOptions = [Contrast, Frequency, Orientation, Phase];

    /// <summary>Every kind.</summary>
    public static IReadOnlyList<StimulusKind> All { get; } =
    [
        new("grating", "Full-field sinusoidal gratings.", GratingOptions, point => point.Grating()),
        new(
            "patch",
            "Gratings in a window.",
            [
                .. GratingOptions,
                new("window", "Shape of the window.", StimulusUnit.Number, 0) { Choices = ["hard", "raised-cosine", "gaussian"] },
                new("diameter", "Diameter: of a Gaussian, four standard deviations; of a raised cosine, its width at half height.", StimulusUnit.Length, 24),
                new("edge", "Width of a raised cosine's edge.", StimulusUnit.Length, 8),
                X,
                Y,
            ],
            point => new GratingPatch { Grating = point.Grating(), Window = PatchWindow(point) with { X = point["x"], Y = point["y"] } }),
        new(
            "gabor",
            "Gabor patches.",
            [
                .. GratingOptions,
                new("sigma", "Standard deviation of the envelope across the stripes.", StimulusUnit.Length, 8),
                new("aspect", "The same over the standard deviation along the stripes.", StimulusUnit.Number, 1),
            ],
            point => new GaborPatch { Grating = point.Grating(), Sigma = point["sigma"], AspectRatio = point["aspect"] }),
        new(
            "plaid",
            "Two superimposed gratings, each of its own contrast; the second's orientation is counted from the first's.",
            [
                Contrast with { Default = 0.5 },
                Frequency,
                Orientation,
                Phase,
                new("mask-contrast", "Contrast of the second grating.", StimulusUnit.Number, 0.5),
                new("mask-orientation", "Orientation of the second grating from the first's.", StimulusUnit.Degrees, 90),
                OptionalDiameter,
            ],
            point =>
            {
                Grating first = point.Grating();
                return new Plaid { First = first, Second = first with { Contrast = point["mask-contrast"], Orientation = first.Orientation + point["mask-orientation"] }, Window = point.Disc() };
            }),
        new(
            "surround",
            "Gratings in a disc with an annulus around; the annulus's orientation is counted from the centre's.",
            [
                .. GratingOptions,
                new("diameter", "Diameter of the disc.", StimulusUnit.Length, 16),
                new("gap", "Width of the ring between disc and annulus.", StimulusUnit.Length, 0),
                new("surround-contrast", "Contrast of the annulus.", StimulusUnit.Number, 1),
                new("surround-orientation", "Orientation of the annulus from the centre's.", StimulusUnit.Degrees, 90),
                new("surround-diameter", "Outer diameter of the annulus; 0 fills the image.", StimulusUnit.Length, 0),
            ],
            point =>
            {
                Grating centre = point.Grating();
                return new CentreSurround
                {
                    Centre = centre,
                    Surround = centre with { Contrast = point["surround-contrast"], Orientation = centre.Orientation + point["surround-orientation"] },
                    CentreDiameter = point["diameter"],
                    Gap = point["gap"],
                    SurroundDiameter = point["surround-diameter"] == 0 ? double.PositiveInfinity : point["surround-diameter"],
                };
            }),
        new(
            "disc",
            "Uniform discs.",
            [FigureContrast, new("diameter", "Diameter.", StimulusUnit.Length, 16), X, Y],
            point => new Disc { Height = point.Height, Width = point.Width, Mean = point.Mean, Contrast = point["contrast"], Diameter = point["diameter"], X = point["x"], Y = point["y"] }),
        new(
            "bar",
            "Uniform bars; orientation 0 is upright.",
            [FigureContrast, new("length", "Length.", StimulusUnit.Length, 24), new("thickness", "Thickness.", StimulusUnit.Length, 4), Orientation, X, Y],
            point => new Bar
            {
                Height = point.Height,
                Width = point.Width,
                Mean = point.Mean,
                Contrast = point["contrast"],
                Length = point["length"],
                Thickness = point["thickness"],
                Orientation = point["orientation"],
                X = point["x"],
                Y = point["y"],
            }),
        new(
            "drift",
            "Frames of gratings that drift along their orientation.",
            [
                .. GratingOptions,
                OptionalDiameter,
                new("frames", "Frames of the sequence.", StimulusUnit.Count, 8),
                new("cycles", "Cycles over all frames.", StimulusUnit.Count, 1),
            ],
            point =>
            {
                IDriftingStimulus first = point.Disc() is { } window ? new GratingPatch { Grating = point.Grating(), Window = window } : point.Grating();
                return new DriftingSequence { First = first, Frames = point.Whole("frames"), Cycles = point.Whole("cycles") }.Stimuli;
            }),
        new(
            "crop",
            "Crops of natural images at random places.",
            [new("contrast", "Michelson contrast to bring a crop to; 0 keeps image and mean as they are.", StimulusUnit.Number, 0), Count, Seed],
            Crops) { NeedsImages = true },
        new(
            "noise",
            "White noise.",
            [
                Contrast,
                new("check", "Side of a check, pixels.", StimulusUnit.Count, 1),
                new("distribution", "How a check is drawn.", StimulusUnit.Number, 0) { Choices = ["binary", "uniform"] },
                Count,
                Seed,
            ],
            point => Enumerable.Range(0, point.Whole("count")).Select(i => new WhiteNoise
            {
                Height = point.Height,
                Width = point.Width,
                Mean = point.Mean,
                Contrast = point["contrast"],
                CheckSize = point.Whole("check"),
                Kind = (NoiseKind)point.Whole("distribution"),
                Seed = Seeds.ForGenerator(point.Whole("seed"), $"noise {i}"),
            })),
    ];

    /// <summary>The kind of a name.</summary>
    /// <param name="name">One of the names in <see cref="All"/>.</param>
    /// <exception cref="UserInputException">There is no such kind.</exception>
    public static StimulusKind Find(string name) => All.FirstOrDefault(kind => kind.Name == name)
        ?? throw new UserInputException($"There is no kind of stimuli '{name}'; there are {string.Join(", ", All.Select(kind => kind.Name))}.");

    private static Window PatchWindow(StimulusPoint point) => point.Whole("window") switch
    {
        0 => Window.Hard(point["diameter"]),
        1 => Window.RaisedCosine(point["diameter"], point["edge"]),
        _ => Window.Gaussian(point["diameter"] / 4),
    };

    private static IEnumerable<IStimulus> Crops(StimulusPoint point)
    {
        SeededRandom random = new(Seeds.ForGenerator(point.Whole("seed"), "stimulus crops"));
        for (int i = 0; i < point.Whole("count"); i++)
        {
            GreyImage image = point.Images[random.Next(point.Images.Count)];
            ImageCrop crop = new()
            {
                Image = image,
                Height = point.Height,
                Width = point.Width,
                Top = random.Next(image.Height - point.Height + 1),
                Left = random.Next(image.Width - point.Width + 1),
            };
            yield return point["contrast"] == 0 ? crop : crop with { Contrast = point["contrast"], Mean = point.Mean };
        }
    }
}
