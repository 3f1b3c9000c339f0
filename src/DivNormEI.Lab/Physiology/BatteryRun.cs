using DivNorm.Lab.Stimuli;

namespace DivNorm.Lab.Physiology;

/// <summary>Units that are shown the same stimuli.</summary>
/// <param name="Orientation">Their orientation, radians.</param>
/// <param name="Frequency">Their spatial frequency, cycles/pixel.</param>
/// <param name="Units">Their indices.</param>
internal sealed record UnitGroup(double Orientation, double Frequency, int[] Units);

/// <summary>One run of the <see cref="TuningBattery"/>: shows each part's stimuli and gathers one curve a unit.</summary>
internal sealed class BatteryRun(UnitRecorder recorder, TuningBatteryOptions options, IProgress<double>? progress, CancellationToken cancellation)
{
    // what the search takes of the whole, for the progress: what follows is known only after it
    private const double SearchShare = 0.15;

    private TunedCell[] cells = [];
    private double from, share;
    private int due, done;

    internal TuningBatteryResult Run(IReadOnlyList<TunedCell>? nominal)
    {
        double[] blank = Blank();
        cells = nominal is null ? [.. Enumerable.Range(0, blank.Length).Select(unit => new TunedCell(unit, double.NaN, double.NaN))] : [.. nominal];
        CheckCells(blank.Length, nominal);

        double[] frequencies = [.. options.Frequencies];
        double[] searched = nominal is null ? Circle(options.SearchOrientations) : [.. cells.Select(cell => cell.Orientation).Distinct()];
        (from, share, due, done) = (0, SearchShare, searched.Length * frequencies.Length * options.Phases, 0);
        UnitGroup everyone = new(0, 0, [.. Enumerable.Range(0, cells.Length)]);
        double[][] search = Curves([everyone], searched.Length * frequencies.Length, options.Phases,
            (_, condition) => Full(searched[condition / frequencies.Length], frequencies[condition % frequencies.Length], options.FullContrast));
        if (nominal is null)
            cells = [.. search.Select((responses, unit) => Preferred(unit, responses, searched, frequencies))];

        UnitGroup[] groups = Group(cell => (cell.Orientation, cell.SpatialFrequency)), byFrequency = Group(cell => (0, cell.SpatialFrequency));
        double[] orientations = Circle(options.Orientations), contrasts = [.. options.OrientationContrasts], sizes = options.SizesShown();
        int perGroup = options.DriftFrames
            + (options.Contrasts.Count + sizes.Length + options.SurroundOrientations.Count + 1 + options.MaskContrasts.Count) * options.Phases;
        (from, share, due, done) = (SearchShare, 1 - SearchShare, byFrequency.Length * contrasts.Length * orientations.Length * options.Phases + groups.Length * perGroup, 0);

        double[][] orientation = Curves(byFrequency, contrasts.Length * orientations.Length, options.Phases,
            (group, condition) => Full(orientations[condition % orientations.Length], group.Frequency, contrasts[condition / orientations.Length]));
        double[][] phase = Curves(groups, options.DriftFrames, 1,
            (group, frame) => Full(group.Orientation, group.Frequency, options.FullContrast).WithPhaseShift(2 * Math.PI * frame / options.DriftFrames));
        double[][] contrast = Curves(groups, options.Contrasts.Count, options.Phases,
            (group, condition) => Full(group.Orientation, group.Frequency, options.Contrasts[condition]));
        double[][] size = Curves(groups, sizes.Length, options.Phases,
            (group, condition) => new GratingPatch { Grating = Full(group.Orientation, group.Frequency, options.FullContrast), Window = Window.Hard(sizes[condition]) });

        Dictionary<UnitGroup, double> centres = groups.ToDictionary(group => group, group => CentreDiameter(group, sizes, size));
        double[][] surround = Curves(groups, 1 + options.SurroundOrientations.Count, options.Phases, (group, condition) => new CentreSurround
        {
            Centre = Full(group.Orientation, group.Frequency, options.TestContrast),
            Surround = condition == 0
                ? Full(group.Orientation, group.Frequency, 0)
                : Full(group.Orientation + double.DegreesToRadians(options.SurroundOrientations[condition - 1]), group.Frequency, options.SurroundContrast),
            CentreDiameter = centres[group],
            Gap = options.SurroundGap,
        });
        double[][] mask = Curves(groups, options.MaskContrasts.Count, options.Phases, (group, condition) => new Plaid
        {
            First = Full(group.Orientation, group.Frequency, options.TestContrast),
            Second = Full(group.Orientation + double.DegreesToRadians(options.MaskOrientation), group.Frequency, options.MaskContrasts[condition]),
        });

        double[] diameters = Fill(cells.Length, _ => double.NaN);
        foreach ((UnitGroup group, double diameter) in centres)
        {
            foreach (int unit in group.Units)
                diameters[unit] = diameter;
        }

        if (due == 0)
            progress?.Report(1); // all units are silent, and nothing was left to show
        return new TuningBatteryResult
        {
            Layer = recorder.Layers[0],
            Readout = options.Recording.Readout,
            Background = options.Background,
            Cells = cells,
            Baseline = Array.ConvertAll(cells, cell => blank[cell.Channel]),
            Orientation = new ContrastOrientationResponses(
                contrasts, Fill(orientations.Length, i => 180.0 * i / orientations.Length), Array.ConvertAll(orientation, curve => curve.Chunk(orientations.Length).ToArray())),
            SpatialFrequency = new TuningCurves("spatial frequency (cycles/pixel)", frequencies, [.. search.Select((responses, unit) => AtOrientation(cells[unit], responses, searched, frequencies.Length))]),
            Phase = new TuningCurves("phase (degrees)", Fill(options.DriftFrames, i => 360.0 * i / options.DriftFrames), phase),
            Contrast = new TuningCurves("contrast (Michelson)", [.. options.Contrasts], contrast),
            Size = new TuningCurves("diameter (pixels)", sizes, size),
            Surround = new TuningCurves("surround orientation from the centre's (degrees)", [.. options.SurroundOrientations], Array.ConvertAll(surround, curve => curve[1..])),
            CentreAlone = Array.ConvertAll(surround, curve => curve[0]),
            CentreDiameters = diameters,
            Mask = new TuningCurves("mask contrast (Michelson)", [.. options.MaskContrasts], mask),
        };
    }

    private Grating Full(double orientation, double frequency, double contrast) => new()
    {
        Height = options.ImageSize,
        Width = options.ImageSize,
        Orientation = orientation,
        SpatialFrequency = frequency,
        Contrast = contrast,
        Mean = options.Mean,
    };

    /// <summary>Every channel's response to the background.</summary>
    private double[] Blank() =>
        Array.ConvertAll(recorder.Record([Full(0, 0, 0)], options.Recording, null, cancellation)[0].Values[0], value => (double)value);

    /// <summary>
    /// Shows every group its conditions, each at every phase, and gives [unit][condition]: the largest response over the phases at the centre, their mean for
    /// the mean over the map. Units of no group have NaN.
    /// </summary>
    private double[][] Curves(UnitGroup[] groups, int conditions, int phases, Func<UnitGroup, int, IDriftingStimulus> stimulus)
    {
        bool largest = options.Recording.Readout == Readout.Centre;
        double[][] curves = [.. cells.Select(_ => Fill(conditions, _ => double.NaN))];
        foreach (int unit in groups.SelectMany(group => group.Units))
            Array.Fill(curves[unit], largest ? double.NegativeInfinity : 0);

        int before = done;
        recorder.Show(groups.Length * conditions * phases, Stimulus, options.Recording, [options.Recording.Readout], Read, Shown, cancellation);
        return curves;

        (UnitGroup Group, int Condition, int Phase) Place(int index) =>
            (groups[index / (phases * conditions)], index / phases % conditions, index % phases);

        IStimulus Stimulus(int index)
        {
            (UnitGroup group, int condition, int phase) = Place(index);
            return stimulus(group, condition).WithPhaseShift(2 * Math.PI * phase / phases);
        }

        void Read(ResponseBatch batch)
        {
            for (int i = 0; i < batch.Count; i++)
            {
                (UnitGroup group, int condition, _) = Place(batch.First + i);
                foreach (int unit in group.Units)
                {
                    ref double total = ref curves[unit][condition];
                    double response = batch.Values[i * batch.Units + cells[unit].Channel];
                    total = largest ? Math.Max(total, response) : total + response / phases;
                }
            }
        }

        void Shown(int count)
        {
            done = before + count;
            progress?.Report(from + share * done / due);
        }
    }

    /// <summary>The unit with what moves it most on the grid of the search; NaN if nothing moves it.</summary>
    private static TunedCell Preferred(int unit, double[] responses, double[] orientations, double[] frequencies)
    {
        double most = responses.Max(), magnitude = responses.Max(Math.Abs);
        if (!(most - responses.Min() > TuningMetrics.FlatCurve * magnitude))
            return new TunedCell(unit, double.NaN, double.NaN);
        int best = Array.IndexOf(responses, most);
        return new TunedCell(unit, orientations[best / frequencies.Length], frequencies[best % frequencies.Length]);
    }

    private static double[] AtOrientation(TunedCell cell, double[] responses, double[] orientations, int frequencies)
    {
        int row = Array.IndexOf(orientations, cell.Orientation);
        return row < 0 ? Fill(frequencies, _ => double.NaN) : responses.AsSpan(row * frequencies, frequencies).ToArray();
    }

    private UnitGroup[] Group(Func<TunedCell, (double Orientation, double Frequency)> key) =>
        [.. Enumerable.Range(0, cells.Length).Where(unit => !double.IsNaN(cells[unit].Orientation)).GroupBy(unit => key(cells[unit]))
            .Select(group => new UnitGroup(group.Key.Orientation, group.Key.Frequency, [.. group]))];

    private double CentreDiameter(UnitGroup group, double[] sizes, double[][] curves)
    {
        if (options.CentreDiameter is { } given)
            return given;
        double most = options.ImageSize / 2.0;
        double[] fields = [.. group.Units.Select(unit => SizeTuning.Of(sizes, curves[unit]).SummationField).Where(double.IsFinite).Order()];
        return fields.Length == 0 ? most : Math.Min(most, fields[fields.Length / 2]);
    }

    private void CheckCells(int channels, IReadOnlyList<TunedCell>? nominal)
    {
        foreach (TunedCell cell in nominal ?? [])
        {
            if (cell.Channel < 0 || cell.Channel >= channels)
                throw new ArgumentException($"Layer '{recorder.Layers[0]}' has {channels} channels; there is no cell at channel {cell.Channel}.");
            if (!double.IsFinite(cell.Orientation) || !(cell.SpatialFrequency is > 0 and <= Grating.Nyquist))
                throw new ArgumentException($"The cell of channel {cell.Channel} has orientation {cell.Orientation} and frequency {cell.SpatialFrequency}; they must be finite radians and more than 0, to 0.5 cycles/pixel.");
        }
    }

    private static double[] Circle(int count) => Fill(count, i => Math.PI * i / count);

    private static double[] Fill(int count, Func<int, double> value) => [.. Enumerable.Range(0, count).Select(value)];
}
