using DivNorm.Lab.Data;
using DivNorm.Lab.Reporting;
using DivNorm.Lab.Stimuli;

namespace DivNorm.Lab.Experiments.StimulusSets;

/// <summary>A sheet of sample stimuli, one of every kind, as a picture.</summary>
public static class StimulusSheet
{
    private const int Side = 96;
    private const int Columns = 6;

    /// <summary>The sheet.</summary>
    public static ImageFigure Figure()
    {
        Grating grating = new() { Height = Side, Width = Side, SpatialFrequency = 1.0 / 12, Orientation = Math.PI / 6 };
        Grating half = grating with { Contrast = 0.5 };
        Grating crossed = half with { Orientation = grating.Orientation + Math.PI / 2 };
        GratingPatch patch = new() { Grating = grating, Window = Window.Hard(56) };
        IReadOnlyList<IStimulus> frames = new DriftingSequence { First = patch, Frames = 4 }.Stimuli;
        GreyImage image = DeadLeaves.Generate(new DeadLeavesOptions { Train = 1, Validation = 1, Size = 192, Seed = 4 }).Train[0];
        (string Caption, IStimulus Stimulus)[] samples =
        [
            ("grating", grating),
            ("contrast .25", grating with { Contrast = 0.25 }),
            ("patch, hard edge", patch),
            ("raised cosine", patch with { Window = Window.RaisedCosine(56, 40) }),
            ("Gaussian", patch with { Window = Window.Gaussian(16) }),
            ("Gabor, aspect .5", new GaborPatch { Grating = grating, Sigma = 10, AspectRatio = 0.5 }),
            ("plaid", new Plaid { First = half, Second = crossed }),
            ("surround 0°", new CentreSurround { Centre = grating, Surround = half, CentreDiameter = 40, Gap = 4 }),
            ("surround 90°", new CentreSurround { Centre = grating, Surround = crossed, CentreDiameter = 40, Gap = 4 }),
            ("disc", new Disc { Height = Side, Width = Side, Diameter = 40 }),
            ("bar", new Bar { Height = Side, Width = Side, Length = 60, Thickness = 12, Orientation = grating.Orientation, Contrast = -1 }),
            ("white noise", new WhiteNoise { Height = Side, Width = Side, CheckSize = 4, Seed = 1 }),
            .. frames.Select((frame, i) => ($"drift, {360 * i / frames.Count}°", frame)),
            ("crop", new ImageCrop { Image = image, Height = Side, Width = Side, Top = 40, Left = 40 }),
            ("crop, contrast .3", new ImageCrop { Image = image, Height = Side, Width = Side, Top = 40, Left = 40, Contrast = 0.3, Mean = 0.5 }),
        ];
        return new ImageFigure("stimuli", [.. samples.Select(sample => ImageTile.Grey(Side, Side, sample.Stimulus.ToPixels(), sample.Caption))], Columns)
        {
            ShowScale = false,
            Zoom = 1,
            Gap = 10,
        };
    }

    /// <summary>Writes the sheet as stimuli.png.</summary>
    /// <param name="folder">The folder; made where missing.</param>
    /// <returns>The file.</returns>
    /// <exception cref="UserInputException">The file cannot be written.</exception>
    public static string Write(string folder)
    {
        StimulusSet.MakeFolder(folder);
        string file = Path.Combine(folder, "stimuli.png");
        byte[] png = Figure().ToPng(1);
        DivNorm.Interop.AtomicFile.Write(file, stream => stream.Write(png));
        return file;
    }
}
