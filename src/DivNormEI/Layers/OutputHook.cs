using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Layers;

/// <summary>A look at what a module gives, and a hand on it, whatever the number of tensors that it takes.</summary>
internal static class OutputHook
{
    /// <summary>Whether the module turns one, two or three tensors into one: the kinds that can be listened to.</summary>
    public static bool Fits(nn.Module module) =>
        module is nn.Module<Tensor, Tensor> or nn.Module<Tensor, Tensor, Tensor> or nn.Module<Tensor, Tensor, Tensor, Tensor>;

    /// <summary>Has a function see what every <c>call</c> gives, and put something in its place.</summary>
    /// <param name="module">A module that <see cref="Fits"/>.</param>
    /// <param name="then">From what the module gives to what its caller gets.</param>
    /// <returns>Ends it.</returns>
    public static Action Add(nn.Module module, Func<Tensor, Tensor> then) => module switch
    {
        nn.Module<Tensor, Tensor> one => one.register_forward_hook((_, _, output) => then(output)).remove,
        nn.Module<Tensor, Tensor, Tensor> two => two.register_forward_hook((_, _, _, output) => then(output)).remove,
        nn.Module<Tensor, Tensor, Tensor, Tensor> three => three.register_forward_hook((_, _, _, _, output) => then(output)).remove,
        _ => throw new ArgumentException($"{module.GetType().Name} does not turn tensors into one tensor.", nameof(module)),
    };
}
