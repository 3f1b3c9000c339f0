using System.CommandLine;
using DivNorm.Lab.Experiments;
using TorchSharp;

namespace DivNorm.Cli.Commands;

/// <summary><c>divnormei check FILE...</c>: the layer against reference tensors.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "safetensors files of inputs, weights, outputs and gradients.", Arity = ArgumentArity.OneOrMore };
        var tolerance = NumberOption.Create("--tolerance", "Largest relative error max|a-b| / max|b| that passes.", 1e-5, "greater than 0", x => x > 0);
        var type = new Option<string>("--dtype") { Description = "float32 or float64: what the layer computes in.", DefaultValueFactory = _ => "float32" };
        type.AcceptOnlyFromAmong("float32", "float64");
        var command = new Command("check", "Compare the layer with reference tensors. Exits 0 if all are within the tolerance, 1 if not, 2 on a bad file.") { files, tolerance, type };
        command.SetAction(parsed =>
        {
            var report = ReferenceCheck.Run(parsed.GetValue(files)!, new CheckOptions
            {
                Tolerance = parsed.GetValue(tolerance),
                DType = parsed.GetValue(type) == "float64" ? torch.ScalarType.Float64 : torch.ScalarType.Float32,
            });
            ReferenceCheck.Print(report, Console.Out);
            foreach (var file in report.Files.Where(file => file.Problem is not null))
                Console.Error.WriteLine($"divnormei: {(file.Problem!.Contains(file.File, StringComparison.Ordinal) ? "" : $"{file.File}: ")}{file.Problem}");
            return report.ExitCode;
        });
        return command;
    }
}
