using System.CommandLine;
using DivNorm.Lab.Experiments.Recognition;
using DivNorm.Lab.Reporting;

namespace DivNorm.Cli.Commands;

/// <summary><c>divnormei classify</c>: what a trained classifier takes images for.</summary>
internal static class ClassifyCommand
{
    public static Command Create()
    {
        var model = new Option<FileInfo>("--model") { Description = "A model of a recognition run (OUT/models/*.safetensors).", HelpName = "FILE", Required = true };
        var images = new Argument<string[]>("IMAGE") { Description = "Image files.", Arity = ArgumentArity.OneOrMore };
        var top = NumberOption.Create("--top", "Guesses an image.", 5, "1 or more", n => n >= 1);
        var format = new Option<string>("--format") { Description = "text or json.", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "json");
        var command = new Command("classify", "Say what a trained classifier takes images for: the likeliest classes, with their probabilities.") { model, images, top, format };
        command.SetAction(parsed =>
        {
            using var classifier = Classifier.Load(parsed.GetValue(model)!.FullName);
            var results = new List<ClassifiedImage>();
            bool json = parsed.GetValue(format) == "json", failed = false;
            foreach (string path in parsed.GetValue(images)!)
            {
                try
                {
                    var result = new ClassifiedImage(path, classifier.Classify(path, parsed.GetValue(top)));
                    results.Add(result);
                    if (!json)
                        Console.Write(result.ToText());
                }
                catch (UserInputException error)
                {
                    // the other images still get their answer
                    Console.Error.WriteLine($"divnormei: {error.Message}");
                    failed = true;
                }
            }

            if (json)
                Console.Write(ClassifiedImage.ToJson(results));
            return failed ? ExitCode.BadInput : ExitCode.Success;
        });
        return command;
    }
}
