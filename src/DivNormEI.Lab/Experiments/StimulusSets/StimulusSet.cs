using DivNorm.Interop;
using DivNorm.Lab.Data;
using DivNorm.Lab.Reporting;
using DivNorm.Lab.Stimuli;

namespace DivNorm.Lab.Experiments.StimulusSets;

/// <summary>What set of stimuli to make.</summary>
public sealed record StimulusSetRequest
{
    /// <summary>The kind.</summary>
    public required StimulusKind Kind { get; init; }

    /// <summary>Height of the images, pixels.</summary>
    public int Height { get; init; } = 48;

    /// <summary>Width of the images, pixels.</summary>
    public int Width { get; init; } = 48;

    /// <summary>Mean luminance of the background; 0 for signed stimuli around zero.</summary>
    public double Mean { get; init; } = Grating.Grey;

    /// <summary>Where given, lengths are degrees of visual angle and frequencies cycles/degree.</summary>
    public double? PixelsPerDegree { get; init; }

    /// <summary>Lists of values by the name of an option of the kind; an option without one has its default.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<double>> Values { get; init; } = new Dictionary<string, IReadOnlyList<double>>();

    /// <summary>A folder of images to cut crops from (BSDS500 at any of its levels, or any folder of images); null makes images.</summary>
    public string? Data { get; init; }
}

/// <summary>What was written.</summary>
/// <param name="Count">Number of stimuli.</param>
/// <param name="Safetensors">The file that holds them exactly.</param>
/// <param name="PngError">The largest difference between a pixel of a PNG file and its luminance.</param>
public sealed record StimulusSetFiles(int Count, string Safetensors, double PngError);

/// <summary>Makes and writes sets of stimuli: every combination of the values of a kind's options.</summary>
public static class StimulusSet
{
    /// <summary>The most pixels that a set may have in all.</summary>
    public const long LargestSet = 1L << 28;

    private const int MostStimuli = 100_000;

    /// <summary>Makes every combination, the kind's last option running fastest.</summary>
    /// <param name="request">The set.</param>
    /// <exception cref="UserInputException">An option or a value cannot be used, images cannot be read, or the set would be too large.</exception>
    public static IReadOnlyList<IStimulus> Make(StimulusSetRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        try
        {
            VisualAngle? angle = request.PixelsPerDegree is { } perDegree ? new VisualAngle(perDegree) : null;
            Check.Size(request.Kind.Name, request.Height, request.Width);
            IReadOnlyList<GreyImage> images = request.Kind.NeedsImages ? Images(request) : [];
            List<IStimulus> stimuli = [];
            foreach (var values in Combinations(request, angle))
            {
                foreach (IStimulus stimulus in request.Kind.Make(new StimulusPoint(request, values, images)))
                {
                    stimulus.Validate();
                    stimuli.Add(stimulus);
                    if (stimuli.Count > MostStimuli || (long)stimuli.Count * request.Height * request.Width > LargestSet)
                        throw new UserInputException($"{request.Kind.Name}: these values make more than {stimuli.Count - 1} stimuli of {request.Width}x{request.Height}; a set holds {MostStimuli}, and {LargestSet} pixels, at most. Make several.");
                }
            }

            return stimuli.Count > 0 ? stimuli : throw new UserInputException($"{request.Kind.Name}: these values make no stimulus; ask for one or more.");
        }
        catch (ArgumentException error)
        {
            throw new UserInputException(error.Message, error);
        }
    }

    /// <summary>
    /// Writes a set: KIND-000.png, ... to look at, KIND.safetensors with the exact values, and the parameters of each as KIND.csv and KIND.json.
    /// </summary>
    /// <param name="request">The set.</param>
    /// <param name="folder">The folder; made where missing.</param>
    /// <exception cref="UserInputException">As <see cref="Make"/>, or the folder cannot be written to.</exception>
    public static StimulusSetFiles Write(StimulusSetRequest request, string folder)
    {
        IReadOnlyList<IStimulus> stimuli = Make(request);
        MakeFolder(folder);
        string kind = request.Kind.Name, digits = new('0', Math.Max(3, $"{stimuli.Count - 1}".Length));
        string At(string name) => Path.Combine(folder, name);

        List<Dictionary<string, object>> rows = [];
        double worst = 0;
        for (int i = 0; i < stimuli.Count; i++)
        {
            string file = $"{kind}-{i.ToString(digits)}.png";
            worst = Math.Max(worst, StimulusFile.WritePng(stimuli[i], At(file)));
            rows.Add(Row(i, file, request, stimuli[i]));
        }

        string[] columns = [.. rows.SelectMany(row => row.Keys).Distinct()];
        CsvTable table = new(columns);
        foreach (var row in rows)
            table.Add([.. columns.Select(column => row.GetValueOrDefault(column))]);
        StimulusFile.WriteSafetensors(stimuli, At(kind + ".safetensors"));
        AtomicFile.WriteAllText(At(kind + ".csv"), table.ToCsv());
        AtomicFile.WriteAllText(At(kind + ".json"), JsonResults.Serialize(rows, StimulusJson.Default.ListDictionaryStringObject));
        return new StimulusSetFiles(stimuli.Count, At(kind + ".safetensors"), worst);
    }

    internal static void MakeFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UserInputException($"{folder}: the output folder cannot be made ({error.Message}); choose another --out.", error);
        }
    }

    private static Dictionary<string, object> Row(int index, string file, StimulusSetRequest request, IStimulus stimulus)
    {
        Dictionary<string, object> row = new() { ["index"] = index, ["file"] = file, ["kind"] = request.Kind.Name, ["height_px"] = stimulus.Height, ["width_px"] = stimulus.Width };
        foreach ((string name, object value) in stimulus.Parameters)
        {
            row[name] = value;
            if (request.PixelsPerDegree is { } perDegree && name.EndsWith("frequency_cpp", StringComparison.Ordinal))
                row[name[..^1] + "d"] = (double)value * perDegree; // cycles/degree
        }

        if (request.PixelsPerDegree is { } pixels)
            row["pixels_per_degree"] = pixels;
        return row;
    }

    /// <summary>Every combination of values, in pixels, cycles/pixel and radians.</summary>
    private static IEnumerable<Dictionary<string, double>> Combinations(StimulusSetRequest request, VisualAngle? angle)
    {
        if (request.Values.Keys.FirstOrDefault(name => request.Kind.Options.All(option => option.Name != name)) is { } unknown)
            throw new UserInputException($"{request.Kind.Name} has no option {unknown}; its options are {string.Join(", ", request.Kind.Options.Select(option => option.Name))}.");
        IEnumerable<Dictionary<string, double>> combinations = [[]];
        foreach (StimulusOption option in request.Kind.Options)
        {
            double[] values = request.Values.TryGetValue(option.Name, out var given) ? [.. given.Select(value => Convert(option, value, angle))]
                : [option.Unit == StimulusUnit.Degrees ? double.DegreesToRadians(option.Default) : option.Default];
            combinations = combinations.SelectMany(before => values.Select(value => new Dictionary<string, double>(before) { [option.Name] = value }));
        }

        return combinations;
    }

    private static double Convert(StimulusOption option, double value, VisualAngle? angle)
    {
        if (!double.IsFinite(value))
            throw new UserInputException($"{option.Name} is {value}; it must be a finite number.");
        if (option.Unit == StimulusUnit.Count && (value != Math.Floor(value) || value is < 0 or > int.MaxValue))
            throw new UserInputException($"{option.Name} is {value}; it must be a whole number, 0 to {int.MaxValue}.");
        return option.Unit switch
        {
            StimulusUnit.Degrees => double.DegreesToRadians(value),
            StimulusUnit.Length => angle?.Pixels(value) ?? value,
            StimulusUnit.Frequency => angle?.CyclesPerPixel(value) ?? value,
            _ => value,
        };
    }

    private static IReadOnlyList<GreyImage> Images(StimulusSetRequest request)
    {
        int side = Math.Max(request.Height, request.Width);
        ImageSet set = request.Data is { } folder
            ? Bsds500.Load(folder, side, seed: 1)
            : DeadLeaves.Generate(new DeadLeavesOptions { Train = 8, Validation = 1, Size = Math.Max(192, side), Seed = 1 });
        return [.. set.Train, .. set.Validation];
    }
}
