using System.CommandLine;
using DivNorm.Lab.Data;
using DivNorm.Lab.Experiments;
using DivNorm.Lab.Experiments.Recognition;
using DivNorm.Lab.Reporting.Progress;
using DivNorm.Layers;

namespace DivNorm.Cli.Commands;

/// <summary><c>divnormei run recognition</c>: the paper's second experiment.</summary>
internal static class RecognitionCommand
{
    public static Command Create()
    {
        var data = new Option<DirectoryInfo?>("--data") { Description = "Folder with train/CLASS and val/CLASS. Without it, textured shapes are made.", HelpName = "DIR" };
        var output = new Option<DirectoryInfo>("--out") { Description = "Folder for results.", HelpName = "DIR", DefaultValueFactory = _ => new DirectoryInfo(Path.Combine("results", "recognition")) };
        var config = new Option<FileInfo?>("--config") { Description = "JSON file of settings (experiments/imagenet-100.json and others).", HelpName = "FILE" };
        var pairs = NumberOption.CreateOptional<int>("--pairs", "Pairs of runs: each arm once a pair, from the same start.");
        var epochs = NumberOption.CreateOptional<int>("--epochs", "Epochs a run.");
        var seed = NumberOption.CreateOptional<long>("--seed", "The seed of the first pair.");
        var arms = new Option<string[]>("--arm") { Description = $"Arms to train: {string.Join(", ", RecognitionArms.Names)}.", HelpName = "NAME", AllowMultipleArgumentsPerToken = true };
        var classes = new Option<string?>("--classes") { Description = $"Classes to take: {string.Join(", ", ClassLists.Names)}, or a file of ids, one a line.", HelpName = "LIST" };
        var cache = new Option<DirectoryInfo?>("--cache") { Description = "Folder for packed images, so that no epoch waits for decoding.", HelpName = "DIR" };
        var resume = new Option<bool>("--resume") { Description = "Go on from the checkpoints of a run in --out; runs that are finished are kept, and other arms and more pairs may be named." };
        var only = new Option<string[]>("--only") { Description = "Train these runs alone (pair1-baseline, ...), from their checkpoints where there are any, and write no report: for several jobs on one --out; --resume then puts it together.", HelpName = "RUN", AllowMultipleArgumentsPerToken = true };
        var quiet = new Option<bool>("--quiet") { Description = "No progress, only errors." };
        var command = new Command("recognition", "Train a VGG-9 with and without the layer, pair by pair (the paper's Figure 3).")
        {
            data, output, config, pairs, epochs, seed, arms, classes, cache, resume, only, quiet,
        };
        command.SetAction(parsed =>
        {
            var settings = parsed.GetValue(config) is { } file ? RecognitionConfig.Read(file.FullName) : new RecognitionConfig();
            settings = settings with
            {
                Pairs = parsed.GetValue(pairs) ?? settings.Pairs,
                Epochs = parsed.GetValue(epochs) ?? settings.Epochs,
                Seed = parsed.GetValue(seed) ?? settings.Seed,
                Arms = parsed.GetValue(arms) is { Length: > 0 } names ? names : settings.Arms,
                Classes = parsed.GetValue(classes) ?? settings.Classes,
            };
            settings.Validate("command line");
            _ = DivNormEIOptions.DefaultKernel; // a wrong DIVNORMEI_KERNEL is answered now, not when the first arms are trained
            var places = new RecognitionPlaces(parsed.GetValue(data)?.FullName, parsed.GetValue(output)!.FullName, parsed.GetValue(cache)?.FullName, parsed.GetValue(resume));
            using var progress = RunProgress.Create(parsed.GetValue(quiet));
            using var stop = new StopSignal();
            if (parsed.GetValue(only) is { Length: > 0 } runs)
            {
                RecognitionExperiment.Train(settings, places, runs, progress, stop.Token);
                return ExitCode.Success;
            }

            RecognitionExperiment.Run(settings, places, progress, stop.Token);
            progress.Message($"Report: {Path.Combine(places.Output, "report.html")}");
            return ExitCode.Success;
        });
        return command;
    }
}
