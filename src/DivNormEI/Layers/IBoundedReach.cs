using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DivNorm.Layers;

/// <summary>
/// A layer [N, C, H, W] to the same shape that in evaluation mode answers at a place by what lies near it alone, and beyond the border sees nothing. A large map
/// can be computed in parts: a part and the reach around it give the part's answer.
/// </summary>
public interface IBoundedReach
{
    /// <summary>How far from a place, in pixels along either axis, its answer can depend on the input: 0 for a layer that looks at one place.</summary>
    int Reach { get; }
}

/// <summary>Tells how far modules reach.</summary>
internal static class LayerReach
{
    /// <summary>The reach of a module that says it, or of a chain of modules that look at one place.</summary>
    /// <exception cref="NotSupportedException">The module does not say how far it reaches.</exception>
    public static int Of(nn.Module<Tensor, Tensor> module) => module switch
    {
        IBoundedReach bounded => bounded.Reach,
        Identity or BatchNorm2d or ReLU => 0,
        Sequential chain => chain.children().Cast<nn.Module<Tensor, Tensor>>().Sum(Of),
        _ => throw new NotSupportedException($"{module.GetName()} does not say how far it reaches: let it implement {nameof(IBoundedReach)}."),
    };
}
