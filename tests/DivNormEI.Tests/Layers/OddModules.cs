using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DivNorm.Tests.Layers;

/// <summary>A model whose forward is a function over its parts.</summary>
internal sealed class Composed : nn.Module<Tensor, Tensor>
{
    private readonly Func<Tensor, Tensor> compute;

    public Composed(Func<Tensor, Tensor> compute, params ReadOnlySpan<(string Name, nn.Module Part)> parts)
        : base(nameof(Composed))
    {
        this.compute = compute;
        foreach (var (name, part) in parts)
            register_module(name, part);
    }

    public override Tensor forward(Tensor input) => compute(input);
}

/// <summary>Adds what two convolutions make of two images; one of its parts takes two tensors.</summary>
internal sealed class TwoImages : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly Conv2d left = nn.Conv2d(1, 4, 3);
    private readonly Conv2d right = nn.Conv2d(1, 4, 3);
    private readonly Sum sum = new();

    public TwoImages()
        : base(nameof(TwoImages)) => RegisterComponents();

    public override Tensor forward(Tensor a, Tensor b) => sum.call(left.call(a), right.call(b));

    private sealed class Sum() : nn.Module<Tensor, Tensor, Tensor>(nameof(Sum))
    {
        public override Tensor forward(Tensor a, Tensor b) => a + b;
    }
}

/// <summary>Counts its passes and draws a random number at each, in eval mode too.</summary>
internal sealed class Counting : nn.Module<Tensor, Tensor>
{
    private readonly Tensor count = zeros(1);

    public Counting()
        : base(nameof(Counting)) => RegisterComponents();

    public override Tensor forward(Tensor input)
    {
        count.add_(1);
        return input + rand(1);
    }
}

/// <summary>Gives what its convolution gives, and its mean.</summary>
internal sealed class WithMean : nn.Module<Tensor, (Tensor, Tensor)>
{
    private readonly Conv2d conv = nn.Conv2d(1, 2, 3);

    public WithMean()
        : base(nameof(WithMean)) => RegisterComponents();

    public override (Tensor, Tensor) forward(Tensor input)
    {
        var output = conv.call(input);
        return (output, output.mean());
    }
}

/// <summary>Adds three tensors.</summary>
internal sealed class SumOfThree() : nn.Module<Tensor, Tensor, Tensor, Tensor>(nameof(SumOfThree))
{
    public override Tensor forward(Tensor a, Tensor b, Tensor c) => a + b + c;
}

/// <summary>Shows none of its children, as a module that was compiled elsewhere.</summary>
internal sealed class Closed() : nn.Module<Tensor, Tensor>(nameof(Closed))
{
    public override Tensor forward(Tensor input) => input + 1;

    public override IEnumerable<(string name, nn.Module module)> named_children() => [];

    public override IEnumerable<(string name, nn.Module module)> named_modules() => [];
}
