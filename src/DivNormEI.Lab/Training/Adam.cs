using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DivNorm.Lab.Training;

/// <summary>
/// Adam (Kingma and Ba 2015, algorithm 1), without weight decay. TorchSharp's own Adam makes scalars on the fly and passes
/// only their handles on; a garbage collection while libtorch works then finalises one that it still reads, and the step
/// fails ("Exception raised from toFloat", seen in minutes-long runs). Here every scalar is held until the step is done.
/// </summary>
public sealed class Adam : IDisposable
{
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.999;

    private readonly IReadOnlyList<(string Name, Parameter Parameter, Tensor Mean, Tensor Square)> slots;
    private readonly Scalar beta1 = Beta1;
    private readonly Scalar beta2 = Beta2;
    private readonly Scalar one = 1;
    private readonly Scalar fresh1 = 1 - Beta1;
    private readonly Scalar fresh2 = 1 - Beta2;
    private readonly Scalar epsilon = 1e-8;

    /// <summary>An optimiser of a model's parameters, at step 0. Make it outside dispose scopes.</summary>
    /// <param name="model">The model; the caller owns it.</param>
    public Adam(nn.Module model)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var _ = no_grad();
        slots = [.. model.named_parameters().Where(p => p.parameter.requires_grad).Select(p => (
            p.name,
            p.parameter,
            zeros_like(p.parameter).DetachFromDisposeScope(),
            zeros_like(p.parameter).DetachFromDisposeScope()))];
    }

    /// <summary>Steps taken.</summary>
    public int Steps { get; private set; }

    /// <summary>The moments of every parameter by name: what a checkpoint keeps beside <see cref="Steps"/>.</summary>
    public IEnumerable<(string Name, Tensor Moment)> Moments => slots.SelectMany(s => ((string, Tensor)[])[($"{s.Name}.mean", s.Mean), ($"{s.Name}.square", s.Square)]);

    /// <summary>Forgets the gradients.</summary>
    public void ZeroGrad()
    {
        using var scope = NewDisposeScope();
        foreach (var slot in slots)
            slot.Parameter.grad?.zero_();
    }

    /// <summary>Moves every parameter that has a gradient.</summary>
    /// <param name="learningRate">The step size, greater than 0.</param>
    public void Step(double learningRate)
    {
        Steps++;
        using Scalar size = -learningRate / (1 - Math.Pow(Beta1, Steps));
        using Scalar correction = 1 / Math.Sqrt(1 - Math.Pow(Beta2, Steps));
        using var _ = no_grad();
        foreach (var (_, parameter, mean, square) in slots)
        {
            using var scope = NewDisposeScope();
            if (parameter.grad is not { } gradient)
                continue;
            mean.mul_(beta1).add_(gradient, alpha: fresh1);
            square.mul_(beta2).addcmul_(gradient, gradient, fresh2);
            parameter.addcdiv_(mean, square.sqrt().mul_(correction).add_(epsilon, one), size);
        }
    }

    /// <summary>Takes the count of a checkpoint, after its moments have been copied into <see cref="Moments"/>.</summary>
    /// <param name="steps">Steps taken, 0 or more.</param>
    internal void ResumeAt(int steps) => Steps = steps;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var slot in slots)
        {
            slot.Mean.Dispose();
            slot.Square.Dispose();
        }

        foreach (var scalar in (Scalar[])[beta1, beta2, one, fresh1, fresh2, epsilon])
            scalar.Dispose();
    }
}
