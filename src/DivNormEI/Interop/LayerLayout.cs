using DivNorm.Layers;

namespace DivNorm.Interop;

/// <summary>How files call the tensors of a DivNormEI layer, and what such a layer computes where nothing else is said.</summary>
internal sealed class LayerLayout
{
    /// <summary>The layer's state dict; defaults as the paper.</summary>
    internal static readonly LayerLayout Ours = new(DivNormEIOptions.Paper, []);

    /// <summary>The authors' public code (DivNormExcInh of desa-lab/early_vision): convolutions div, e_e and i_e, and a batch norm output_bn; defaults as the code.</summary>
    internal static readonly LayerLayout Authors = new(DivNormEIOptions.AuthorsCode, new()
    {
        ["w_div"] = "div.weight",
        ["w_exc"] = "e_e.weight",
        ["b_exc"] = "e_e.bias",
        ["w_inh"] = "i_e.weight",
        ["b_inh"] = "i_e.bias",
        ["bn.weight"] = "output_bn.weight",
        ["bn.bias"] = "output_bn.bias",
        ["bn.running_mean"] = "output_bn.running_mean",
        ["bn.running_var"] = "output_bn.running_var",
        ["bn.num_batches_tracked"] = "output_bn.num_batches_tracked",
    });

    private static readonly string[] StateNames =
        ["w_div", "w_exc", "w_inh", "sigma", "b_exc", "b_inh", "bn.weight", "bn.bias", "bn.running_mean", "bn.running_var", "bn.num_batches_tracked"];

    private readonly Dictionary<string, string> names;

    private LayerLayout(DivNormEIOptions defaults, Dictionary<string, string> names) => (Defaults, this.names) = (defaults, names);

    internal DivNormEIOptions Defaults { get; }

    /// <summary>The file's name for a tensor of the layer's state dict.</summary>
    internal string this[string name] => names.GetValueOrDefault(name, name);

    /// <summary>The file's names for all tensors that a layer can have.</summary>
    internal IEnumerable<string> Names(string prefix) => StateNames.Select(name => prefix + this[name]);
}
