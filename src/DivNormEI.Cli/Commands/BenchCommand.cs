using System.CommandLine;
using DivNorm.Lab.Experiments;
using DivNorm.Layers;

namespace DivNorm.Cli.Commands;

/// <summary><c>divnormei bench layer</c>: the layer against the same equations in libtorch's operations.</summary>
internal static class BenchCommand
{
    public static Command Create() => new("bench", "Measure speed on this machine.") { Layer(), BenchNetworkCommand.Create() };

    private static Command Layer()
    {
        var format = new Option<string>("--format") { Description = "text or json.", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "json");
        var kernel = new Option<string?>("--kernel") { Description = "avx512, avx2, portable or libtorch; the fastest of this machine where not given.", HelpName = "NAME" };
        var source = new Option<string>("--source") { Description = "What excites: input (the paper) or normalized (the authors' code).", DefaultValueFactory = _ => "input" };
        source.AcceptOnlyFromAmong("input", "normalized");
        var rounds = NumberOption.Create("--rounds", "Turns of each contender; medians are reported.", 15, "1 or more", n => n >= 1);
        var shape = new Option<string[]>("--shape") { Description = "Shapes C,N,H,W; a set of eight where not given.", HelpName = "C,N,H,W", AllowMultipleArgumentsPerToken = true };
        var command = new Command("layer", "Time the layer against the same equations in libtorch's operations, side by side in one process.") { format, kernel, source, rounds, shape };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(kernel) is { } name && !DivNormEIOptions.AvailableKernels.Contains(name, StringComparer.OrdinalIgnoreCase))
                throw new UserInputException($"--kernel is '{name}'; this machine has {string.Join(", ", DivNormEIOptions.AvailableKernels)}.");
            var options = new DivNormEIOptions
            {
                Kernel = parsed.GetValue(kernel),
                ExcitationSource = parsed.GetValue(source) == "normalized" ? ExcitationSource.Normalized : ExcitationSource.Input,
            };
            var shapes = parsed.GetValue(shape) is { Length: > 0 } given ? [.. given.Select(LayerShape.Parse)] : LayerShape.Default;
            bool json = parsed.GetValue(format) == "json";
            if (!json)
                Console.WriteLine(LayerTiming.Header);
            var rows = LayerBenchmark.Run(shapes, options, parsed.GetValue(rounds), json ? null : row => Console.WriteLine(row.ToLine()));
            if (json)
                Console.WriteLine(LayerTiming.ToJson(rows));
            return ExitCode.Success;
        });
        return command;
    }
}
