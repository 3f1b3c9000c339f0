using System.CommandLine;
using DivNorm.Lab.Experiments;
using DivNorm.Lab.Experiments.Comparison;
using DivNorm.Lab.Reporting.Progress;
using DivNorm.Layers;

namespace DivNorm.Cli.Commands;

/// <summary><c>divnormei compare</c>: normalisation layers side by side.</summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        var data = new Option<DirectoryInfo?>("--data") { Description = "Folder of images: BSDS500 at any of its levels, or any folder with train/ and val/. Without it, images are made.", HelpName = "DIR" };
        var output = new Option<DirectoryInfo>("--out") { Description = "Folder for results.", HelpName = "DIR", DefaultValueFactory = _ => new DirectoryInfo(Path.Combine("results", "compare")) };
        var layers = new Option<string[]>("--layers") { Description = $"Layers to compare, all if none is named: {string.Join(", ", NormalizationLayers.Names)}.", HelpName = "NAME", AllowMultipleArgumentsPerToken = true };
        var crops = NumberOption.CreateOptional<int>("--crops", "Training crops a layer.");
        var config = new Option<FileInfo?>("--config") { Description = "JSON file of settings (experiments/compare-*.json).", HelpName = "FILE" };
        var seed = NumberOption.CreateOptional<long>("--seed", "The seed that every random choice derives from.");
        var resume = new Option<bool>("--resume") { Description = "Go on from an interrupted run in --out; layers that are finished are kept, and others may be named." };
        var quiet = new Option<bool>("--quiet") { Description = "No progress, only errors." };
        var command = new Command("compare", "Train one network with each normalisation layer, record from its cells, and say which layer reproduces which property of V1.")
        {
            data, output, layers, crops, config, seed, resume, quiet,
        };
        command.SetAction(parsed =>
        {
            var settings = parsed.GetValue(config) is { } file ? ComparisonConfig.Read(file.FullName) : new ComparisonConfig();
            settings = settings with
            {
                Seed = parsed.GetValue(seed) ?? settings.Seed,
                Crops = parsed.GetValue(crops) ?? settings.Crops,
                Layers = parsed.GetValue(layers) is { Length: > 0 } names ? names : settings.Layers,
            };
            settings.Validate("command line");
            _ = DivNormEIOptions.DefaultKernel; // a wrong DIVNORMEI_KERNEL is answered now, not when the first layers are trained
            var places = new ComparisonPlaces(parsed.GetValue(data)?.FullName, parsed.GetValue(output)!.FullName, parsed.GetValue(resume));
            using var progress = RunProgress.Create(parsed.GetValue(quiet));
            using var stop = new StopSignal();
            ComparisonExperiment.Run(settings, places, progress, stop.Token);
            progress.Message($"Report: {Path.Combine(places.Output, "report.html")}");
            return ExitCode.Success;
        });
        return command;
    }
}
