using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DivNorm.Lab.Training;

/// <summary>How <see cref="Sgd"/> treats one parameter.</summary>
/// <param name="RateFactor">The learning rate as a multiple of the step's, 0 or greater.</param>
/// <param name="WeightDecay">What pulls the parameter to zero, 0 or greater.</param>
public sealed record SgdTreatment(double RateFactor = 1, double WeightDecay = 0);

/// <summary>
/// Stochastic gradient descent with momentum and weight decay: v = momentum v + gradient + decay w, w = w - rate v. As
/// <see cref="Adam"/>, it holds every scalar until the step is done.
/// </summary>
public sealed class Sgd : IDisposable
{
    private readonly IReadOnlyList<Slot> slots;
    private readonly Scalar momentum;
    private readonly Scalar one = 1;

    /// <summary>An optimiser of a model's parameters, at rest. Make it outside dispose scopes.</summary>
    /// <param name="model">The model; the caller owns it.</param>
    /// <param name="momentum">0 up to 1.</param>
    /// <param name="treatment">How each parameter is treated, by its name; null treats all alike, without decay.</param>
    public Sgd(nn.Module model, double momentum = 0.9, Func<string, Parameter, SgdTreatment>? treatment = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (!(momentum is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(momentum), momentum, $"momentum is {momentum}; it must be 0 up to 1.");
        using var _ = no_grad();
        this.momentum = momentum;
        slots = [.. model.named_parameters().Where(p => p.parameter.requires_grad).Select(p =>
        {
            var how = treatment?.Invoke(p.name, p.parameter) ?? new SgdTreatment();
            Scalar? decay = how.WeightDecay > 0 ? how.WeightDecay : null;
            return new Slot(p.name, p.parameter, zeros_like(p.parameter).DetachFromDisposeScope(), how.RateFactor, decay);
        })];
    }

    /// <summary>The velocity of every parameter by name: what a checkpoint keeps.</summary>
    public IEnumerable<(string Name, Tensor Velocity)> Velocities => slots.Select(s => (s.Name, s.Velocity));

    /// <summary>Forgets the gradients.</summary>
    public void ZeroGrad()
    {
        using var scope = NewDisposeScope();
        foreach (var slot in slots)
            slot.Parameter.grad?.zero_();
    }

    /// <summary>Moves every parameter that has a gradient.</summary>
    /// <param name="learningRate">The step size, 0 or greater.</param>
    public void Step(double learningRate)
    {
        using var _ = no_grad();
        foreach (var slot in slots)
        {
            using var scope = NewDisposeScope();
            if (slot.Parameter.grad is not { } gradient)
                continue;
            using Scalar step = -learningRate * slot.RateFactor;
            slot.Velocity.mul_(momentum).add_(gradient, alpha: one);
            if (slot.Decay is not null)
                slot.Velocity.add_(slot.Parameter, alpha: slot.Decay);
            slot.Parameter.add_(slot.Velocity, alpha: step);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var slot in slots)
        {
            slot.Velocity.Dispose();
            slot.Decay?.Dispose();
        }

        momentum.Dispose();
        one.Dispose();
    }

    private sealed record Slot(string Name, Parameter Parameter, Tensor Velocity, double RateFactor, Scalar? Decay);
}
