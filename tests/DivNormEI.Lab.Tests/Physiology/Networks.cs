using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Lab.Tests.Physiology;

/// <summary>A function as a module that counts what it is shown and the hooks on it.</summary>
internal sealed class Probe : nn.Module<Tensor, Tensor>
{
    private readonly Func<Tensor, Tensor> function;

    internal Probe(Func<Tensor, Tensor> function)
        : base(nameof(Probe)) => this.function = function;

    internal int Shown { get; private set; }

    internal int LargestBatch { get; private set; }

    internal bool SawGradients { get; private set; }

    internal bool SawTraining { get; private set; }

    internal int Hooks => post_hooks.Count;

    public override Tensor forward(Tensor input)
    {
        Shown += (int)input.shape[0];
        LargestBatch = Math.Max(LargestBatch, (int)input.shape[0]);
        SawGradients |= is_grad_enabled();
        SawTraining |= training;
        using DisposeScope scope = NewDisposeScope();
        return function(input).MoveToOuterDisposeScope();
    }
}
