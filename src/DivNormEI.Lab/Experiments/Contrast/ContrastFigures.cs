using DivNorm.Filters;
using DivNorm.Lab.Reporting;
using DivNorm.Lab.Stimuli;

namespace DivNorm.Lab.Experiments.Contrast;

/// <summary>The figures of the contrast report, from plain records.</summary>
internal static class ContrastFigures
{
    /// <summary>Ticks of an axis of orientation, degrees from the preferred or nominal one.</summary>
    public static IReadOnlyList<AxisTick> OrientationTicks { get; } = AxisTick.At(-90, -45, 0, 45, 90);

    /// <summary>Before the layer, after it untrained and trained, for one readout and background.</summary>
    public static LineFigure Panels(ContrastResults results, string variant, string readout, string background, bool normalized)
    {
        (string Stage, bool Trained, string Title)[] panels =
        [
            ("before", true, "before the layer"),
            ("after", false, "after, untrained"),
            ("after", true, "after, trained"),
        ];
        string kind = normalized ? "normalized" : "raw";
        return new LineFigure(
            $"tuning-{variant}-{readout}-{background}-{kind}",
            [.. panels.Select(p => Panel(Find(results, variant, p.Trained, p.Stage, readout, background), p.Title, normalized))])
        {
            LegendTitle = "contrast",
            ShareY = normalized,
        };
    }

    /// <summary>Every stage of the layer at the centre unit, trained.</summary>
    public static LineFigure Stages(ContrastResults results, string variant, string background)
    {
        (string Stage, string Title)[] stages =
        [
            ("before", "before: Y"),
            ("beforeSquared", "squared: Y²"),
            ("normalized", "normalised: Yn"),
            ("after", "after: Z"),
        ];
        return new LineFigure(
            $"stages-{variant}-{background}",
            [.. stages.Select(s => Panel(Find(results, variant, trained: true, s.Stage, "centre", background), s.Title, normalized: true))])
        {
            Columns = 4,
            PanelWidth = 200,
            PanelHeight = 180,
            ShareY = true,
            LegendTitle = "contrast",
        };
    }

    /// <summary>The loss of every variant over its training.</summary>
    public static LineFigure Loss(ContrastResults results, int batchSize) => new(
        "training-loss",
        new LinePanel(string.Empty, [.. results.Variants.Select((v, i) => new LineSeries(
            v.Name,
            [.. v.TrainingLoss.Select((_, stretch) => (stretch + 1.0) * ContrastVariantResult.LossStretch * batchSize)],
            v.TrainingLoss) { Ink = Ink.Category(i) })])
        {
            XLabel = "crops seen",
            YLabel = "summed squared error a crop",
            LogY = true,
        })
    { PanelWidth = 520 };

    /// <summary>The 64 Gabor filters of the encoder.</summary>
    public static ImageFigure Filters()
    {
        var bank = GaborBank.Paper;
        var tiles = bank.Filters.Select(f => ImageTile.Grey(f.Size, f.Size, [.. f.Render().Select(v => (float)v)])).ToList();
        return new ImageFigure("gabor-filters", tiles, 16) { Scale = ValueScale.Symmetric with { Colors = ColorMap.Grey }, Zoom = 2, Gap = 4 };
    }

    /// <summary>Gratings of four orientations at four contrasts.</summary>
    public static ImageFigure Gratings(int size)
    {
        double[] contrasts = [0.1, 0.25, 0.5, 1];
        double[] orientations = [0, 45, 90, 135];
        var tiles = new List<ImageTile>();
        foreach (double contrast in contrasts)
        {
            foreach (double orientation in orientations)
            {
                var grating = new Grating { Height = size, Width = size, SpatialFrequency = 2.0 / 15, Orientation = orientation * Math.PI / 180, Contrast = contrast };
                tiles.Add(ImageTile.Grey(size, size, ToPixels(grating)));
            }
        }

        return new ImageFigure("gratings", tiles, orientations.Length)
        {
            RowLabels = [.. contrasts.Select(c => $"{c:g}")],
            ColumnLabels = [.. orientations.Select(o => $"{o:g}°")],
            ShowScale = false,
            Zoom = 2,
        };
    }

    /// <summary>Low resolution, bicubic, ours and target, a row an image.</summary>
    public static ImageFigure Examples(ContrastPictures pictures) => new($"examples-{pictures.Variant}", pictures.Examples, ContrastPictures.ExampleColumns.Count)
    {
        ColumnLabels = ContrastPictures.ExampleColumns,
        ShowScale = false,
        Zoom = 3,
    };

    /// <summary>One kind of kernel of all cells.</summary>
    public static ImageFigure Kernels(string name, IReadOnlyList<ImageTile> tiles, int zoom) =>
        new(name, tiles, 16) { Scale = ValueScale.Shared with { Colors = ColorMap.Sequential }, Zoom = zoom, Gap = 4 };

    /// <summary>Mean lateral weight by the orientation difference of the two cells, before and after training.</summary>
    public static LineFigure LateralByOrientation(ContrastPictures pictures)
    {
        LinePanel Panel(string title, IReadOnlyList<double> before, IReadOnlyList<double> after) => new(title,
        [
            new LineSeries("untrained", ContrastPictures.OrientationDifferences, before) { Ink = Ink.Muted, Dashed = true, Markers = true },
            new LineSeries("trained", ContrastPictures.OrientationDifferences, after) { Ink = Ink.Strong, Markers = true },
        ])
        {
            XLabel = "orientation difference (°)",
            YLabel = "mean weight, summed over space",
            XTicks = AxisTick.At([.. ContrastPictures.OrientationDifferences]),
            YMin = 0,
        };

        return new LineFigure(
            $"lateral-orientation-{pictures.Variant}",
            Panel("excitation", pictures.Untrained.ExcitationByOrientation, pictures.Trained.ExcitationByOrientation),
            Panel("inhibition", pictures.Untrained.InhibitionByOrientation, pictures.Trained.InhibitionByOrientation));
    }

    /// <summary>The record of one stage, readout and background.</summary>
    public static ContrastTuning Find(ContrastResults results, string variant, bool trained, string stage, string readout, string background) =>
        results.Tuning.Single(t => t.Variant == variant && t.Trained == trained && t.Stage == stage && t.Readout == readout && t.Background == background);

    private static float[] ToPixels(Grating grating)
    {
        using var image = grating.Render();
        return image.data<float>().ToArray();
    }

    /// <summary>The curves of one record by contrast, raw or each over its peak.</summary>
    public static LinePanel Panel(ContrastTuning tuning, string title, bool normalized)
    {
        var series = tuning.Contrasts.Select((contrast, c) =>
        {
            var curve = tuning.Curves[c];
            double scale = normalized ? curve.Max() : 1;
            IReadOnlyList<double> y = [.. curve.Select(v => scale > 0 ? v / scale : double.NaN)];
            return new LineSeries($"{contrast:g}", tuning.OrientationOffsets, y) { Ink = Ink.Ordered(c, tuning.Contrasts.Count) };
        });
        return new LinePanel(title, [.. series])
        {
            XLabel = "orientation from nominal (°)",
            YLabel = normalized ? "response / peak" : "response",
            XTicks = OrientationTicks,
            XMin = -90,
            XMax = 90,
            YMin = 0,
        };
    }
}
