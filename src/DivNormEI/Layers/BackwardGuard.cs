using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Layers;

/// <summary>
/// Keeps exceptions within backward passes of our own. Between such a pass and whoever called <c>backward</c> lie frames of libtorch's, and an exception
/// that reached them would end the process: that a tensor was changed in place after the forward pass, say, could not be caught.
/// </summary>
internal static class BackwardGuard
{
    /// <summary>
    /// The gradients; where they fail, the reason goes to the standard error stream, since nothing carries it through libtorch, and gradients of no
    /// dimension, which fit no argument, have libtorch throw what the caller of <c>backward</c> can catch.
    /// </summary>
    /// <param name="name">Whose backward pass it is.</param>
    /// <param name="tensors">For each argument whether it is a tensor: only these have gradients.</param>
    /// <param name="gradients">The pass.</param>
    public static List<Tensor> Run(string name, IEnumerable<bool> tensors, Func<List<Tensor>> gradients)
    {
        try
        {
            return gradients();
        }
        catch (Exception failure)
        {
            Console.Error.WriteLine($"The backward pass of {name} failed: {failure.Message.Split('\n')[0]}");
            return [.. tensors.Select(isTensor => isTensor ? empty([], ScalarType.Float32, CPU) : null!)];
        }
    }
}
