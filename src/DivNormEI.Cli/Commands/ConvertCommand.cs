using System.CommandLine;
using DivNorm.Interop;
using DivNorm.Layers;

namespace DivNorm.Cli.Commands;

/// <summary><c>divnormei convert</c>: PyTorch's files as safetensors.</summary>
internal static class ConvertCommand
{
    public static Command Create()
    {
        var file = new Argument<FileInfo>("FILE") { Description = "A state dict or checkpoint of PyTorch (.pt, .pth), or a safetensors file." };
        var target = new Option<FileInfo>("--to") { Description = "The safetensors file to write.", HelpName = "OUT.safetensors", Required = true };
        var layer = new Option<string?>("--layer") { Description = "Take the DivNormEI layer under this prefix out of a larger state dict.", HelpName = "PREFIX" };
        var command = new Command("convert", "Write a PyTorch file as safetensors; a DivNormEI layer with the authors' names gets the layer's own.") { file, target, layer };
        command.SetAction(parsed =>
        {
            string written = $"{parsed.GetValue(target)}"; // as it was given
            var result = StateDictConversion.Run($"{parsed.GetValue(file)}", written, parsed.GetValue(layer));
            Console.WriteLine($"{written}: {result.Tensors} tensors{(result is { Channels: { } channels, Layer: { } options } ? $", {Describe(channels, options)}" : "")}");
            return ExitCode.Success;
        });
        return command;
    }

    private static string Describe(long channels, DivNormEIOptions options)
    {
        string source = options.ExcitationSource == ExcitationSource.Input ? "Y" : "Yn";
        string lateral = options.LateralParts switch
        {
            LateralParts.None => "no lateral parts",
            LateralParts.InhibitionOnly => $"inhibition {options.InhibitionKernel}",
            LateralParts.ExcitationOnly => $"excitation {options.ExcitationKernel} from {source}",
            _ => $"excitation {options.ExcitationKernel} from {source}, inhibition {options.InhibitionKernel}",
        };
        return $"a DivNormEI layer of {channels} channels: division {options.DivisionKernel}, {lateral}, {(options.LateralBias ? "lateral biases" : "no lateral biases")}";
    }
}
