using System.CommandLine;
using DivNorm.Lab.Data;
using DivNorm.Lab.Experiments.Recognition;
using DivNorm.Lab.Reporting;
using DivNorm.Lab.Reporting.Progress;

namespace DivNorm.Cli.Commands;

/// <summary><c>divnormei evaluate</c>: a trained classifier on a folder of images.</summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        var model = new Option<FileInfo>("--model") { Description = "A model of a recognition run (OUT/models/*.safetensors).", HelpName = "FILE", Required = true };
        var data = new Option<DirectoryInfo>("--data") { Description = "Folder with val/CLASS, or with CLASS; every class of the model must be there.", HelpName = "DIR", Required = true };
        var format = new Option<string>("--format") { Description = "text or json.", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "json");
        var quiet = new Option<bool>("--quiet") { Description = "No progress." };
        var command = new Command("evaluate", "Measure how well a trained classifier recognises the images of a folder.") { model, data, format, quiet };
        command.SetAction(parsed =>
        {
            using var classifier = Classifier.Load(parsed.GetValue(model)!.FullName);
            var folder = ImageFolder.OpenForEvaluation(parsed.GetValue(data)!.FullName, classifier.ClassIds);
            bool json = parsed.GetValue(format) == "json";
            using var images = ClassifiedFolder.Open(folder, classifier.StoredSize);
            using var progress = RunProgress.Create(parsed.GetValue(quiet) || json);
            using var stop = new StopSignal();
            var result = ClassifierEvaluation.Run(classifier, images, progress, stop.Token);
            Console.Write(json ? result.ToJson() : result.ToText());
            return ExitCode.Success;
        });
        return command;
    }
}
