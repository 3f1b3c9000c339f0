using static TorchSharp.torch;

namespace DivNorm.Layers;

/// <summary>
/// A normalisation whose weights can be learned from activations alone, before or instead of training with a task. An experiment
/// offers activations to any layer that has this, without knowing its type.
/// </summary>
public interface ILabelFreeFit
{
    /// <summary>Sets the layer's weights to what fits these activations best. The same activations give the same weights, bit for bit.</summary>
    /// <param name="activations">
    /// What the layer would be called with, one or more [N, C, H, W] of its dtype and device. Each is read before the next is asked
    /// for and stays the caller's.
    /// </param>
    /// <param name="cancellation">Stops the fit; the weights are then what they were before.</param>
    /// <returns>How the fit went.</returns>
    /// <exception cref="ArgumentException">There are no activations, they do not fit the layer, or one is not finite.</exception>
    LabelFreeFitResult Fit(IEnumerable<Tensor> activations, CancellationToken cancellation = default);
}

/// <summary>How a <see cref="ILabelFreeFit"/> went.</summary>
/// <param name="Positions">Positions (places in maps) that the fit saw.</param>
/// <param name="Iterations">Iterations that it took.</param>
/// <param name="Converged">Whether it stopped because nothing improved any more, not because its iterations were spent.</param>
/// <param name="IndependentLoss">Negative log-likelihood, nats a channel and active position without the constant, of the best fit that uses no neighbour.</param>
/// <param name="Loss">The same of the weights found.</param>
public sealed record LabelFreeFitResult(int Positions, int Iterations, bool Converged, double IndependentLoss, double Loss);
