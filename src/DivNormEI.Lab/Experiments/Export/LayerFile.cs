using DivNorm.Interop;
using DivNorm.Layers;

namespace DivNorm.Lab.Experiments.Export;

/// <summary>A DivNormEI layer alone in a safetensors file: its state dict, and in the metadata what E reads (<c>excitation_source</c>).</summary>
internal static class LayerFile
{
    /// <summary>Builds the layer of a file.</summary>
    /// <exception cref="UserInputException">The file holds no such layer.</exception>
    public static Layers.DivNormEI Load(string path)
    {
        using var file = SafetensorsFile.Open(path);
        var (division, excitation, inhibition) = (file.Find("w_div"), file.Find("w_exc"), file.Find("w_inh"));
        if (division is not { Shape.Count: 4 } || excitation is { Shape.Count: not 4 } || inhibition is { Shape.Count: not 4 })
            throw new UserInputException($"{path}: holds neither a model of 'run contrast', 'compare' or 'run recognition' (models/*.safetensors) nor a DivNormEI layer.");
        var options = new DivNormEIOptions
        {
            LateralParts = (excitation, inhibition) switch
            {
                (not null, not null) => LateralParts.ExcitationAndInhibition,
                (not null, null) => LateralParts.ExcitationOnly,
                (null, not null) => LateralParts.InhibitionOnly,
                _ => LateralParts.None,
            },
            DivisionKernel = (int)division.Shape[2],
            ExcitationKernel = (int)(excitation?.Shape[2] ?? 1),
            InhibitionKernel = (int)(inhibition?.Shape[2] ?? 1),
            LateralBias = (file.Find("b_exc") ?? file.Find("b_inh")) is not null,
            ExcitationSource = file.Metadata.GetValueOrDefault("excitation_source") == "normalized" ? ExcitationSource.Normalized : ExcitationSource.Input,
        };
        try
        {
            var layer = new Layers.DivNormEI(division.Shape[0], options);
            ModuleState.LoadModule(layer, file);
            return layer;
        }
        catch (ArgumentException error)
        {
            throw new UserInputException($"{path}: {error.Message.Split('\n')[0]}", error);
        }
    }
}
