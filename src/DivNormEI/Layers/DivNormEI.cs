using DivNorm.Filters;
using DivNorm.Kernels;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace DivNorm.Layers;

/// <summary>
/// Divisive normalisation with lateral excitation and inhibition: Eq. 2-6 of Veerabadran, Raina and de Sa,
/// "Bio-inspired learnable divisive normalization for ANNs" (SVRHM at NeurIPS 2021).
/// <code>
/// Yn = Y^2 / (w_div * Y^2 + sigma^2 + epsilon)   depthwise      (2)
/// E  = w_exc * Y  (or Yn)                        all channels   (3)
/// I  = w_inh * Yn                                all channels   (4)
/// Z~ = Yn + E - I                                               (5)
/// Z  = ReLU(BN(Z~))                                             (6)
/// </code>
/// <see cref="DivNormEIOptions.LateralParts"/> leaves E, I or both out of Eq. 5, and their weights out of the layer.
/// Input and output are [N, C, H, W] of the layer's C and dtype, any N, H and W; convolutions are zero-padded
/// cross-correlations that keep H and W. The weights w_div [C, 1, k, k], w_exc and w_inh [C, C, k, k] are never negative:
/// whatever an optimiser or a loaded file leaves behind is projected before a forward pass, a state dict or a save sees it.
/// </summary>
public sealed class DivNormEI : nn.Module<Tensor, Tensor>, IBoundedReach
{
    private readonly Parameter w_div;
    private readonly Parameter? w_exc;
    private readonly Parameter? w_inh;
    private readonly Parameter sigma;
    private readonly Parameter? b_exc;
    private readonly Parameter? b_inh;
    private readonly Tensor? no_weight; // what stands for the weights and the bias of a lesioned part
    private readonly Tensor? no_bias;
    private readonly BatchNorm2d bn;
    private readonly SpectraCache spectra = new();
    private readonly LateralOptions lateral;
    private readonly Scalar epsilon;

    /// <summary>A layer for <paramref name="channels"/> channels.</summary>
    /// <param name="channels">C, 1 or more.</param>
    /// <param name="options">What can be chosen; null takes <see cref="DivNormEIOptions.Paper"/>.</param>
    /// <param name="device">Where the weights live; null takes the default device.</param>
    /// <param name="dtype">Float32 or Float64; null takes the default dtype.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument or option is outside its range.</exception>
    public DivNormEI(long channels, DivNormEIOptions? options = null, Device? device = null, ScalarType? dtype = null)
        : base(nameof(DivNormEI))
    {
        LayerCheck.Channels(channels);
        Options = options ?? DivNormEIOptions.Paper;
        Options.Validate();
        lateral = Options.Lateral();
        epsilon = Options.Epsilon;
        Channels = channels;
        var type = LayerCheck.Type(nameof(DivNormEI), dtype);

        using var generator = Options.Seed is { } seed ? new Generator((ulong)seed, CPU) : null;
        using (NewDisposeScope())
        {
            using var _ = no_grad();
            w_div = Own(Gaussians.DivisionKernels(channels, Options.DivisionKernel, generator));

            // the weights of a lesioned part are drawn all the same: with one seed the other part starts as in the whole layer
            w_exc = OwnIf(Options.Excites, RandomLateral(Options.ExcitationKernel, generator));
            w_inh = OwnIf(Options.Inhibits, RandomLateral(Options.InhibitionKernel, generator));
            sigma = Own(full(channels, Options.InitialSigma, ScalarType.Float64, CPU));
            if (Options.LateralBias)
            {
                b_exc = OwnIf(Options.Excites, RandomBias(Options.ExcitationKernel, generator));
                b_inh = OwnIf(Options.Inhibits, RandomBias(Options.InhibitionKernel, generator));
            }

            if (!Options.Excites || !Options.Inhibits)
            {
                no_weight = zeros(channels, channels, 1, 1, dtype: type, device: device).DetachFromDisposeScope();
                no_bias = Options.LateralBias ? zeros(channels, dtype: type, device: device).DetachFromDisposeScope() : null;
                register_buffer(nameof(no_weight), no_weight, persistent: false);
                if (no_bias is not null)
                    register_buffer(nameof(no_bias), no_bias, persistent: false);
            }
        }

        bn = nn.BatchNorm2d(channels, Options.BatchNormEpsilon, Options.BatchNormMomentum, device: device, dtype: type);
        RegisterComponents();
        foreach (var tensor in base.parameters().Concat<Tensor>(base.buffers()))
            tensor.DetachFromDisposeScope(); // a layer made inside a scope outlives it

        Parameter Own(Tensor start) =>
            (Parameter)new Parameter(start.to(type).to(device ?? get_default_device()), requires_grad: true).DetachFromDisposeScope();

        Parameter? OwnIf(bool has, Tensor start) => has ? Own(start) : null;
    }

    /// <summary>C, the number of channels.</summary>
    public long Channels { get; }

    /// <inheritdoc/>
    public int Reach
    {
        get
        {
            int division = Options.DivisionKernel / 2;
            int excitation = Options.Excites ? Options.ExcitationKernel / 2 + (SharedSource ? division : 0) : 0;
            int inhibition = division + (Options.Inhibits ? Options.InhibitionKernel / 2 : 0);
            return Math.Max(excitation, inhibition);
        }
    }

    /// <summary>The options that the layer was made with.</summary>
    public DivNormEIOptions Options { get; }

    /// <summary>w_div of Eq. 2, [C, 1, k, k], never negative.</summary>
    public Parameter DivisionWeight => Projected(w_div);

    /// <summary>w_exc of Eq. 3, [C out, C in, k, k], never negative; null where <see cref="DivNormEIOptions.LateralParts"/> leaves E out.</summary>
    public Parameter? ExcitationWeight => w_exc is null ? null : Projected(w_exc);

    /// <summary>w_inh of Eq. 4, [C out, C in, k, k], never negative; null where <see cref="DivNormEIOptions.LateralParts"/> leaves I out.</summary>
    public Parameter? InhibitionWeight => w_inh is null ? null : Projected(w_inh);

    /// <summary>The semi-saturation constant of Eq. 2, [C], in units of the input.</summary>
    public Parameter Sigma => Projected(sigma);

    /// <summary>The bias of E, [C], or null without <see cref="DivNormEIOptions.LateralBias"/> or without the part.</summary>
    public Parameter? ExcitationBias => b_exc is null ? null : Projected(b_exc);

    /// <summary>The bias of I, [C], or null without <see cref="DivNormEIOptions.LateralBias"/> or without the part.</summary>
    public Parameter? InhibitionBias => b_inh is null ? null : Projected(b_inh);

    /// <summary>The batch norm of Eq. 6. Where the fast kernels run they do its work: hooks on it are not called.</summary>
    public BatchNorm2d BatchNorm => bn;

    /// <summary>Eq. 2-6. Call the layer with <c>call</c>.</summary>
    /// <param name="input">Y, [N, C, H, W], of the layer's dtype and device.</param>
    /// <returns>Z, [N, C, H, W].</returns>
    /// <exception cref="ArgumentException">The input's shape, dtype or device does not fit the layer.</exception>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        CheckInput(input);
        ProjectAll();
        var output = Plan(input.shape) is { } plan
            ? Fused(plan, input.contiguous())
            : Output(Integrated(input));
        return output.MoveToOuterDisposeScope();
    }

    /// <summary>Eq. 2 alone: Yn, [N, C, H, W], 0 or greater.</summary>
    /// <param name="input">Y, [N, C, H, W], of the layer's dtype and device.</param>
    /// <exception cref="ArgumentException">The input's shape, dtype or device does not fit the layer.</exception>
    public Tensor Normalize(Tensor input)
    {
        using var scope = NewDisposeScope();
        CheckInput(input);
        ProjectAll();
        return Normalized(input).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Every stage of Eq. 2-6 for one input in the current mode (training mode updates the running statistics as a forward
    /// pass does), in libtorch's operations: for a look inside, not for speed.
    /// </summary>
    /// <param name="input">Y, [N, C, H, W], of the layer's dtype and device.</param>
    /// <exception cref="ArgumentException">The input's shape, dtype or device does not fit the layer.</exception>
    public DivNormEIStages Stages(Tensor input)
    {
        using var scope = NewDisposeScope();
        CheckInput(input);
        ProjectAll();
        var normalized = LateralEquations.Normalized(input, Weights, epsilon);
        var excitation = LateralEquations.Excitation(SharedSource ? normalized : input, Weights);
        var inhibition = LateralEquations.Inhibition(normalized, Weights);
        var integrated = normalized.Plus(excitation) - inhibition;
        var output = Output(integrated);
        scope.MoveToOuter(normalized, excitation, inhibition, integrated, output);
        return new DivNormEIStages(normalized, excitation, inhibition, integrated, output);
    }

    /// <summary>Which way Eq. 3-5 take for an input of this shape: avx512, avx2, portable or libtorch; none where the layer has no lateral part.</summary>
    /// <param name="shape">N, C, H, W.</param>
    /// <exception cref="ArgumentException">The shape is not of four sizes.</exception>
    public string KernelPath(params ReadOnlySpan<long> shape)
    {
        if (shape.Length != 4)
            throw new ArgumentException($"shape is [{string.Join(", ", shape.ToArray())}]; it must be N, C, H, W.", nameof(shape));
        return Options.LateralParts == LateralParts.None ? "none" : SimdPaths.Name(Plan(shape)?.Path ?? SimdPath.LibTorch);
    }

    /// <inheritdoc/>
    public override Dictionary<string, Tensor> state_dict(Dictionary<string, Tensor>? destination = null, string? prefix = null)
    {
        ProjectAll();
        return base.state_dict(destination, prefix);
    }

    /// <inheritdoc/>
    public override IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true)
    {
        ProjectAll();
        return base.named_parameters(recurse);
    }

    /// <inheritdoc/>
    public override IEnumerable<Parameter> parameters(bool recurse = true)
    {
        ProjectAll();
        return base.parameters(recurse);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            spectra.Dispose();
            epsilon.Dispose();
            no_weight?.Dispose(); // TorchSharp disposes no buffers that are not persistent
            no_bias?.Dispose();
        }

        base.Dispose(disposing);
    }

    private LateralWeights Weights => new(w_div, sigma, w_exc ?? no_weight!, w_inh ?? no_weight!, b_exc ?? no_bias, b_inh ?? no_bias);

    /// <summary>Whether one convolution serves: both parts read Yn, or only inhibition is there.</summary>
    private bool SharedSource => !Options.Excites || Options.ExcitationSource == ExcitationSource.Normalized;

    /// <summary>Eq. 2-6 by the fast kernels.</summary>
    private Tensor Fused(LateralPlan plan, Tensor input)
    {
        var pass = new FusedPass(plan, DivisionKernel.For(plan.Path)!, Options.Epsilon, bn);
        var w = Weights;
        var lateral = new LateralWeights(
            w.Division.contiguous(), w.Sigma.contiguous(), w.Excitation.contiguous(), w.Inhibition.contiguous(), w.ExcitationBias?.contiguous(), w.InhibitionBias?.contiguous());
        var weights = new FusedWeights(lateral, bn.weight!.contiguous(), bn.bias!.contiguous());
        if (NeedsGradient(input))
            return FusedFunction.Apply(pass, input, weights);

        using var _ = no_grad();
        if (training)
        {
            using var own = TensorMemory.Transform(plan, lateral.Excitation, lateral.Inhibition);
            return pass.Forward(input, weights, own);
        }

        using var lease = spectra.Lease(plan, lateral.Excitation, lateral.Inhibition);
        return pass.Forward(input, weights, lease.Spectra);
    }

    /// <summary>Eq. 2, by the fast kernel where no gradient is asked for.</summary>
    private Tensor Normalized(Tensor input) => Fast(input.shape) && !NeedsGradient(input) && DivisionKernel.For(lateral.Path ?? SimdPaths.Default) is { } kernel
        ? FusedPass.Divide(kernel, input.contiguous(), w_div.contiguous(), sigma.contiguous(), Options.Epsilon)
        : LateralEquations.Normalized(input, Weights, epsilon);

    /// <summary>Eq. 2-5 in libtorch's operations.</summary>
    private Tensor Integrated(Tensor input)
    {
        var normalized = Options.LateralParts == LateralParts.None ? Normalized(input) : LateralEquations.Normalized(input, Weights, epsilon);
        var excited = Options.Excites ? normalized.Plus(LateralEquations.Excitation(SharedSource ? normalized : input, Weights)) : normalized;
        return Options.Inhibits ? excited - LateralEquations.Inhibition(normalized, Weights) : excited;
    }

    private bool NeedsGradient(Tensor input) => is_grad_enabled() && (input.requires_grad || base.parameters().Any(p => p.requires_grad));

    /// <summary>Eq. 6.</summary>
    private Tensor Output(Tensor integrated) => F.relu(bn.call(integrated));

    private LateralPlan? Plan(ReadOnlySpan<long> shape) => Options.LateralParts != LateralParts.None && Fast(shape)
        ? LateralPlan.For(LateralShape(shape), lateral with { Training = training })
        : null;

    private LateralShape LateralShape(ReadOnlySpan<long> shape) => new(
        (int)shape[0], (int)shape[1], (int)shape[2], (int)shape[3], Options.Excites ? Options.ExcitationKernel : 1, Options.Inhibits ? Options.InhibitionKernel : 1, SharedSource);

    /// <summary>Whether the kernels can serve: float32 on the CPU, something to compute, and planes that they can index.</summary>
    private bool Fast(ReadOnlySpan<long> shape)
    {
        if (w_div.dtype != ScalarType.Float32 || w_div.device_type != DeviceType.CPU)
            return false;
        foreach (long size in shape)
        {
            if (size is < 1 or > int.MaxValue)
                return false;
        }

        // a worker's bordered copies of a plane, three of them in a backward pass, are indexed by one int; a border is half a kernel and a register's width
        const long border = 128;
        return (shape[2] + border) * (shape[3] + border) <= int.MaxValue / 3 && shape[0] * shape[1] <= int.MaxValue;
    }

    private void CheckInput(Tensor input)
    {
        LayerCheck.Input(nameof(DivNormEI), Channels, input, w_div);
        if (bn.training && input.shape[0] * input.shape[2] * input.shape[3] == 1)
            throw new ArgumentException("DivNormEI in training mode normalises by batch statistics and needs more than one value a channel; the input has one. Use eval(), a frozen BatchNorm (its eval()) or a larger batch or map.", nameof(input));
    }

    private Parameter Projected(Parameter parameter)
    {
        ProjectAll();
        return parameter;
    }

    private void ProjectAll()
    {
        NonNegative.Project(w_div, w_exc, w_inh);
        if (Options.NonNegativity == NonNegativity.AllParameters)
            NonNegative.Project(sigma, b_exc, b_inh, bn.weight, bn.bias);
    }

    private Tensor RandomLateral(int kernel, Generator? generator)
    {
        var unit = rand([Channels, Channels, kernel, kernel], ScalarType.Float64, CPU, generator: generator);
        double fanIn = FanIn(kernel);
        return Options.LateralInit == LateralInit.UnitSum ? unit * (2 / fanIn) : ((2 * unit - 1) / Math.Sqrt(fanIn)).clamp_(min: 0);
    }

    private Tensor RandomBias(int kernel, Generator? generator)
    {
        var signed = (2 * rand([Channels], ScalarType.Float64, CPU, generator: generator) - 1) / Math.Sqrt(FanIn(kernel));
        return Options.NonNegativity == NonNegativity.AllParameters ? signed.clamp_(min: 0) : signed;
    }

    private double FanIn(int kernel) => (double)Channels * kernel * kernel;
}
