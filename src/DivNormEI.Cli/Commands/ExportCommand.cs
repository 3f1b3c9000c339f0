using System.CommandLine;
using System.Globalization;
using DivNorm.Interop.Onnx;
using DivNorm.Lab.Experiments.Export;

namespace DivNorm.Cli.Commands;

/// <summary><c>divnormei export</c>: a model as an ONNX file.</summary>
internal static class ExportCommand
{
    private const long Seed = 1;

    public static Command Create()
    {
        var model = new Option<FileInfo>("--model") { Description = "A model of 'run contrast', 'compare' or 'run recognition' (OUT/models/*.safetensors), or a DivNormEI layer.", HelpName = "FILE", Required = true };
        var target = new Option<FileInfo>("--to") { Description = "ONNX file to write.", HelpName = "MODEL.onnx", Required = true };
        var size = new Option<string?>("--size") { Description = "Fix the height and width of the input, pixels; free where not given.", HelpName = "H,W" };
        var batch = NumberOption.CreateOptional<int>("--batch", "Fix the number of images in a batch; free where not given.", $"1 to {OnnxExportOptions.LargestSize}", n => n is >= 1 and <= OnnxExportOptions.LargestSize);
        var check = new Option<bool>("--check") { Description = "Run the file in ONNX Runtime on random inputs and compare. Exits 1 if an error is above the tolerance." };
        var tolerance = NumberOption.Create("--tolerance", "Largest relative error max|a-b| / max|b| that passes --check.", 1e-4, "greater than 0", x => x > 0);
        var command = new Command("export", "Write a model as an ONNX file, for ONNX Runtime and other programs.") { model, target, size, batch, check, tolerance };
        command.SetAction(parsed =>
        {
            var (file, path) = (parsed.GetValue(model)!, $"{parsed.GetValue(target)}"); // the path as it was given
            var (height, width) = ParseSize(parsed.GetValue(size));
            var options = new OnnxExportOptions { Batch = parsed.GetValue(batch), Height = height, Width = width };
            using var source = ModelFile.Load($"{file}");
            var written = source.WriteOnnx(path, options);
            Console.WriteLine($"{path}: {source.Description}; ONNX operator set {OnnxExport.Opset}, {written.Bytes} bytes");
            Console.WriteLine($"  input   {written.Input}");
            Console.WriteLine($"  output  {written.Output}");
            return !parsed.GetValue(check) || Agrees(path, source, options, parsed.GetValue(tolerance)) ? ExitCode.Success : ExitCode.Difference;
        });
        return command;
    }

    private static (int? Height, int? Width) ParseSize(string? text)
    {
        if (text is null)
            return (null, null);
        int[] sides = [.. text.Split(',').Select(side => int.TryParse(side, NumberStyles.None, CultureInfo.InvariantCulture, out int pixels) ? pixels : 0)];
        return sides is [>= 1 and <= OnnxExportOptions.LargestSize, >= 1 and <= OnnxExportOptions.LargestSize]
            ? (sides[0], sides[1])
            : throw new UserInputException($"--size: '{text}' is no size; give a height and a width such as 48,64, each 1 to {OnnxExportOptions.LargestSize}.");
    }

    /// <summary>Compares the file with the model and prints every error.</summary>
    private static bool Agrees(string path, ModelFile source, OnnxExportOptions options, double tolerance)
    {
        using var exported = new OnnxComparison(path);
        Console.WriteLine($"ONNX Runtime {OnnxComparison.RuntimeVersion} against the model, max|a-b| / max|b|:");
        bool agrees = true;
        foreach (var input in source.SampleInputs(options, Seed))
        {
            using (input)
            {
                double error = exported.Error(source.Model, input);
                bool passes = error <= tolerance;
                Console.WriteLine($"  [{string.Join(", ", input.shape)}]  {error:0.00e+00}  {(passes ? "ok" : "FAIL")}");
                agrees &= passes;
            }
        }

        Console.WriteLine(agrees ? $"  all within {tolerance:g}" : $"  not within {tolerance:g}");
        return agrees;
    }
}
