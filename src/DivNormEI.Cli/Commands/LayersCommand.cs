using System.CommandLine;
using DivNorm.Lab.Experiments;

namespace DivNorm.Cli.Commands;

/// <summary><c>divnormei layers</c>: what a saved model is made of, and where a layer can be inserted.</summary>
internal static class LayersCommand
{
    public static Command Create()
    {
        var model = new Option<FileInfo>("--model") { Description = "A network or layer saved by this program, VGG-16's weights, or any other safetensors or PyTorch file.", HelpName = "FILE", Required = true };
        var format = new Option<string>("--format") { Description = "text or json.", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "json");
        var command = new Command("layers", "List a saved model's layers: name, kind, output shape, parameters, and whether a layer can be inserted behind each.") { model, format };
        command.SetAction(parsed =>
        {
            var layers = ModelLayers.Of($"{parsed.GetValue(model)}");
            Console.Write(parsed.GetValue(format) == "json" ? layers.ToJson() : layers.ToText());
            return ExitCode.Success;
        });
        return command;
    }
}
