using System.CommandLine;
using DivNorm.Lab.Experiments.Tuning;
using DivNorm.Lab.Physiology;
using DivNorm.Lab.Reporting.Progress;

namespace DivNorm.Cli.Commands;

/// <summary><c>divnormei tune</c>: the battery on a layer of a saved network.</summary>
internal static class TuneCommand
{
    public static Command Create()
    {
        var model = new Option<FileInfo>("--model") { Description = "A network saved by 'run contrast' or 'compare' (models/*.safetensors), or VGG-16's weights.", HelpName = "FILE", Required = true };
        var layer = new Option<string?>("--layer") { Description = "The layer to record from; without it, the layers are listed.", HelpName = "NAME" };
        var output = new Option<DirectoryInfo>("--out") { Description = "Folder for results.", HelpName = "DIR", DefaultValueFactory = _ => new DirectoryInfo(Path.Combine("results", "tune")) };
        var size = NumberOption.Create("--size", "Side of the stimuli in pixels.", 48);
        var phases = NumberOption.Create("--phases", "Phases of every stimulus.", 8);
        var readout = new Option<string>("--readout") { Description = "What is read from a map: its centre unit or its mean.", DefaultValueFactory = _ => "centre" };
        readout.AcceptOnlyFromAmong("centre", "mean");
        var quiet = new Option<bool>("--quiet") { Description = "No progress, only errors." };
        var command = new Command("tune", "Record from every unit of a layer of a saved network: orientation, contrast, frequency, phase, size, surround and masks.")
        {
            model, layer, output, size, phases, readout, quiet,
        };
        command.SetAction(parsed =>
        {
            string file = parsed.GetValue(model)!.FullName;
            if (parsed.GetValue(layer) is not { } name)
            {
                foreach (var (known, shape) in TuneExperiment.Layers(file))
                    Console.WriteLine($"{known}  [{string.Join(", ", shape)}]");
                return ExitCode.Success;
            }

            var request = new TuneRequest(file, name, parsed.GetValue(output)!.FullName)
            {
                ImageSize = parsed.GetValue(size),
                Phases = parsed.GetValue(phases),
                Readout = parsed.GetValue(readout) == "mean" ? Readout.Mean : Readout.Centre,
            };
            using var progress = RunProgress.Create(parsed.GetValue(quiet));
            using var stop = new StopSignal();
            TuneExperiment.Run(request, progress, stop.Token);
            progress.Message($"Report: {Path.Combine(request.Output, "report.html")}");
            return ExitCode.Success;
        });
        return command;
    }
}
