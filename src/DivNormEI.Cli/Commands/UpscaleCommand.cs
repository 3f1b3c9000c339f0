using System.CommandLine;
using DivNorm.Lab.Data;
using DivNorm.Lab.Experiments.Upscaling;
using DivNorm.Lab.Reporting.Progress;

namespace DivNorm.Cli.Commands;

/// <summary><c>divnormei upscale</c>: images four times as large, by a trained super-resolution network.</summary>
internal static class UpscaleCommand
{
    public static Command Create()
    {
        var images = new Argument<string[]>("IMAGE") { Description = "Image files, or folders of them.", Arity = ArgumentArity.OneOrMore };
        var model = new Option<FileInfo>("--model") { Description = "A network saved by 'run contrast' or 'compare' (OUT/models/*.safetensors).", HelpName = "FILE", Required = true };
        var output = new Option<FileSystemInfo?>("--out") { Description = "Folder for the pictures (NAME-x4.png), or the file for one; without it, each is written beside its image.", HelpName = "DIR|FILE" };
        var target = new Option<FileSystemInfo?>("--target") { Description = "The original in full resolution, or a folder with those of all images under the same names: prints PSNR and SSIM.", HelpName = "FILE|DIR" };
        var reduce = new Option<bool>("--reduce") { Description = "Make the images four times smaller first, as the training does, and compare with them." };
        var view = new Option<UpscaleView?>("--view") { Description = "What the network is shown: the whole image, or crops as in its training; without it, what its training asks for.", HelpName = "whole|crops" };
        view.AcceptOnlyFromAmong("whole", "crops");
        var tile = Number("--tile", "Largest side of what the network is shown at once, pixels of the image: memory against time, not the result.", Upscaler.DefaultTile, 8, 4096);
        var format = new Option<PictureFormat?>("--format") { Description = "What to write; png where --out names nothing else.", HelpName = "png|jpg|webp" };
        format.AcceptOnlyFromAmong("png", "jpg", "webp");
        var quality = Number("--quality", "Quality of jpg and webp.", UpscaleOptions.DefaultQuality, 1, 100);
        var figures = new Option<string>("--figures") { Description = "How results are printed: text or json.", DefaultValueFactory = _ => "text" };
        figures.AcceptOnlyFromAmong("text", "json");
        var quiet = new Option<bool>("--quiet") { Description = "No progress." };
        var command = new Command("upscale", "Scale images of any size up four times with a trained super-resolution network.")
        {
            images, model, output, target, reduce, view, tile, format, quality, figures, quiet,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(reduce) && result.GetValue(target) is not null)
                result.AddError("--reduce compares with the images themselves; leave --target out.");
        });
        command.SetAction(parsed =>
        {
            var (jobs, chosen) = UpscaleJobs.Plan(new UpscalePlaces(parsed.GetValue(images)!, parsed.GetValue(output)?.ToString(), parsed.GetValue(format), parsed.GetValue(target)?.ToString()));
            var options = new UpscaleOptions(chosen, parsed.GetValue(quality), parsed.GetValue(view), parsed.GetValue(tile), parsed.GetValue(reduce));
            using var upscaler = Upscaler.Load(parsed.GetValue(model)!.FullName);
            return Run(upscaler, jobs, options, parsed.GetValue(figures) == "json", parsed.GetValue(quiet));
        });
        return command;
    }

    private static int Run(Upscaler upscaler, IReadOnlyList<UpscaleJob> jobs, UpscaleOptions options, bool json, bool quiet)
    {
        var done = new List<UpscaledImage>();
        int code = ExitCode.Success;
        using (var progress = RunProgress.Create(quiet || json))
        using (var stop = new StopSignal())
        {
            if (options.View is null && upscaler.DefaultView == UpscaleView.Crops)
                progress.Message($"The network looks {upscaler.Reach} pixels around and was trained on crops of {upscaler.TrainedCrop}: it is shown such crops (--view whole for the other way).");
            foreach (var job in jobs)
            {
                try
                {
                    var image = PictureUpscaling.Run(upscaler, job, options, progress, stop.Token);
                    done.Add(image);
                    if (!json && image.Quality is { } quality)
                        Console.WriteLine($"{image.Image}: {quality.ToText()}");
                }
                catch (UserInputException error)
                {
                    // the other images are still scaled
                    Console.Error.WriteLine($"divnormei: {error.Message}");
                    code = ExitCode.BadInput;
                }
                catch (OperationCanceledException)
                {
                    Console.Error.WriteLine($"divnormei: stopped; {done.Count} of {jobs.Count} images are scaled.");
                    code = ExitCode.Interrupted;
                    break;
                }
            }
        }

        var results = UpscaleResults.Of(upscaler.Layer.Name, options.View ?? upscaler.DefaultView, done);
        if (json)
            Console.Write(results.ToJson());
        else if (results.Mean is { } mean && done.Count > 1)
            Console.WriteLine($"mean: {mean.ToText()}");
        return code;
    }

    private static Option<int> Number(string name, string description, int standard, int least, int most) =>
        NumberOption.Create(name, description, standard, $"{least} to {most}", n => n >= least && n <= most);
}
