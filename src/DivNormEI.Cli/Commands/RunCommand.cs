using System.CommandLine;
using DivNorm.Lab.Experiments;
using DivNorm.Lab.Experiments.Contrast;
using DivNorm.Lab.Reporting.Progress;

namespace DivNorm.Cli.Commands;

/// <summary><c>divnormei run EXPERIMENT</c>: the paper's experiments.</summary>
internal static class RunCommand
{
    public static Command Create() => new("run", "Run an experiment of the paper.") { Contrast(), RecognitionCommand.Create() };

    private static Command Contrast()
    {
        var data = new Option<DirectoryInfo?>("--data") { Description = "Folder of images: BSDS500 at any of its levels, or any folder with train/ and val/. Without it, images are made.", HelpName = "DIR" };
        var output = new Option<DirectoryInfo>("--out") { Description = "Folder for results.", HelpName = "DIR", DefaultValueFactory = _ => new DirectoryInfo(Path.Combine("results", "contrast")) };
        var config = new Option<FileInfo?>("--config") { Description = "JSON file of settings (experiments/contrast-*.json).", HelpName = "FILE" };
        var seed = NumberOption.CreateOptional<long>("--seed", "The seed that every random choice derives from.");
        var crops = NumberOption.CreateOptional<int>("--crops", "Training crops a variant.");
        var variants = new Option<string[]>("--variant") { Description = $"Variants to train: {string.Join(", ", ContrastVariants.Names)}.", HelpName = "NAME", AllowMultipleArgumentsPerToken = true };
        var vgg16 = new Option<FileInfo?>("--vgg16") { Description = "VGG-16's weights as safetensors or .pth (conv1_1.weight or features.0.weight): its first convolution is recorded too (panel B).", HelpName = "FILE" };
        var resume = new Option<bool>("--resume") { Description = "Go on from the checkpoints of an interrupted run in --out." };
        var quiet = new Option<bool>("--quiet") { Description = "No progress, only errors." };
        var command = new Command("contrast", "Train for super-resolution, then record orientation tuning by contrast (the paper's Figure 2).")
        {
            data, output, config, seed, crops, variants, vgg16, resume, quiet,
        };
        command.SetAction(parsed =>
        {
            var settings = parsed.GetValue(config) is { } file ? ContrastConfig.Read(file.FullName) : new ContrastConfig();
            settings = settings with
            {
                Seed = parsed.GetValue(seed) ?? settings.Seed,
                Crops = parsed.GetValue(crops) ?? settings.Crops,
                Variants = parsed.GetValue(variants) is { Length: > 0 } names ? names : settings.Variants,
            };
            settings.Validate("command line");
            var places = new ContrastPlaces(parsed.GetValue(data)?.FullName, parsed.GetValue(output)!.FullName, parsed.GetValue(resume), parsed.GetValue(vgg16)?.FullName);
            using var progress = RunProgress.Create(parsed.GetValue(quiet));
            using var stop = new StopSignal();
            ContrastExperiment.Run(settings, places, progress, stop.Token);
            progress.Message($"Report: {Path.Combine(places.Output, "report.html")}");
            return ExitCode.Success;
        });
        return command;
    }
}
