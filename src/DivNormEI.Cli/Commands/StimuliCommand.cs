using System.CommandLine;
using System.Globalization;
using DivNorm.Lab.Experiments.StimulusSets;

namespace DivNorm.Cli.Commands;

/// <summary><c>divnormei stimuli KIND</c>: sets of stimuli as files.</summary>
internal static class StimuliCommand
{
    public static Command Create()
    {
        var command = new Command("stimuli", "Make a set of stimuli: PNG files to look at, one safetensors file of exact values, and their parameters as CSV and JSON.");
        foreach (var kind in StimulusKinds.All)
            command.Add(Set(kind));
        command.Add(Sheet());
        return command;
    }

    private static Command Set(StimulusKind kind)
    {
        var output = Output();
        var size = new Option<string>("--size") { Description = "Side of the images in pixels, or WIDTHxHEIGHT.", HelpName = "N", DefaultValueFactory = _ => "48" };
        var mean = NumberOption.Create("--mean", "Luminance of the background; 0 makes signed stimuli around zero.", 0.5, "0 to 1", x => x is >= 0 and <= 1);
        var perDegree = NumberOption.CreateOptional<double>("--pixels-per-degree", "Take lengths as degrees of visual angle, frequencies as cycles/degree.", "greater than 0", x => x > 0);
        var data = new Option<DirectoryInfo?>("--data") { Description = "Folder of images to cut crops from; without it, images are made.", HelpName = "DIR" };
        var command = new Command(kind.Name, kind.Description) { output, size, mean, perDegree };
        if (kind.NeedsImages)
            command.Add(data);
        var options = kind.Options.Select(option => (option, List(option))).ToList();
        foreach (var (_, list) in options)
            command.Add(list);
        command.SetAction(parsed =>
        {
            var (width, height) = ParseSize(parsed.GetValue(size)!);
            var given = options.Where(pair => parsed.GetResult(pair.Item2) is { Implicit: false });
            var files = StimulusSet.Write(
                new StimulusSetRequest
                {
                    Kind = kind,
                    Height = height,
                    Width = width,
                    Mean = parsed.GetValue(mean),
                    PixelsPerDegree = parsed.GetValue(perDegree),
                    Values = given.ToDictionary(pair => pair.option.Name, pair => ParseList(pair.option, parsed.GetValue(pair.Item2)!)),
                    Data = kind.NeedsImages ? parsed.GetValue(data)?.FullName : null,
                },
                parsed.GetValue(output)!.FullName);
            Console.WriteLine($"{files.Count} stimuli: {files.Safetensors}");
            Console.WriteLine($"The PNG files are 8-bit: luminance in them is off by up to {files.PngError:0.#####}. Show networks the safetensors file.");
            return ExitCode.Success;
        });
        return command;
    }

    private static Command Sheet()
    {
        var output = Output();
        var command = new Command("sheet", "Draw one stimulus of every kind as one picture.") { output };
        command.SetAction(parsed =>
        {
            Console.WriteLine(StimulusSheet.Write(parsed.GetValue(output)!.FullName));
            return ExitCode.Success;
        });
        return command;
    }

    private static Option<DirectoryInfo> Output() =>
        new("--out") { Description = "Folder for the files.", HelpName = "DIR", DefaultValueFactory = _ => new DirectoryInfo("stimuli") };

    private static Option<string[]> List(StimulusOption option)
    {
        string unit = option.Unit switch
        {
            StimulusUnit.Degrees => " Degrees.",
            StimulusUnit.Length => " Pixels.",
            StimulusUnit.Frequency => " Cycles/pixel.",
            _ => string.Empty,
        };
        string start = option.Choices.Count > 0 ? option.Choices[(int)option.Default] : option.Default.ToString(CultureInfo.InvariantCulture);
        return new("--" + option.Name)
        {
            Description = $"{option.Description}{unit} [default: {start}]",
            HelpName = option.Choices.Count > 0 ? string.Join('|', option.Choices) : "X,X,...",
            AllowMultipleArgumentsPerToken = true,
        };
    }

    private static IReadOnlyList<double> ParseList(StimulusOption option, string[] tokens)
    {
        string[] words = [.. tokens.SelectMany(token => token.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];
        if (words.Length == 0)
            throw new UserInputException($"--{option.Name} has no value.");
        return [.. words.Select(Value)];

        double Value(string word)
        {
            if (option.Choices.Count > 0)
            {
                int choice = option.Choices.ToList().IndexOf(word);
                return choice >= 0 ? choice : throw new UserInputException($"--{option.Name}: '{word}' is none of {string.Join(", ", option.Choices)}.");
            }

            return double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
                ? value
                : throw new UserInputException($"--{option.Name}: '{word}' is not a number; give numbers separated by commas, such as 0,45,90.");
        }
    }

    private static (int Width, int Height) ParseSize(string text)
    {
        string[] sides = text.Split('x');
        if (sides.Length <= 2 && int.TryParse(sides[0], NumberStyles.None, CultureInfo.InvariantCulture, out int width)
            && int.TryParse(sides[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int height))
            return (width, height);
        throw new UserInputException($"--size: '{text}' is no size; give pixels such as 48, or WIDTHxHEIGHT such as 64x48.");
    }
}
