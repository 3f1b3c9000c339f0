using DivNorm.Kernels;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace DivNorm.Layers;

/// <summary>The tensors that a pass reads beside its input: contiguous, float32, on the CPU.</summary>
/// <param name="Lateral">The weights of Eq. 2-5.</param>
/// <param name="Gamma">The batch norm's weight, [C].</param>
/// <param name="Beta">The batch norm's bias, [C].</param>
internal readonly record struct FusedWeights(LateralWeights Lateral, Tensor Gamma, Tensor Beta);

/// <summary>
/// Eq. 2-6 in one go, by the kernels. Yn and Z~ live in memory that is rented from call to call, never in tensors: fresh pages cost
/// more than the arithmetic that fills them. Where the running statistics normalise and no gradient is asked for, Eq. 6 is folded
/// into the end of the lateral stage and Z~ is never stored.
/// </summary>
internal sealed unsafe class FusedPass(LateralPlan plan, DivisionKernel division, double epsilon, BatchNorm2d norm)
{
    // kept: a scalar made on the fly can be finalised while libtorch still reads it
    private static readonly Scalar One = 1;

    private readonly LateralShape shape = plan.Shape;
    private readonly double normEpsilon = norm.eps;

    /// <summary>The plan of Eq. 3-5.</summary>
    public LateralPlan Plan => plan;

    /// <summary>Whether Eq. 6 normalises by the batch's own statistics.</summary>
    public bool BatchStatistics { get; } = norm.training || norm.running_mean is null;

    /// <summary>Z of Eq. 6; nothing is kept for a backward pass.</summary>
    public Tensor Forward(Tensor input, in FusedWeights weights, WeightSpectra spectra)
    {
        if (BatchStatistics)
        {
            using var stages = new KeptStages(shape.Elements);
            Integrate(input, weights, spectra, stages, keep: false);
            return Normalize(input, weights, stages);
        }

        int threads = get_num_threads();
        using var normalized = NativePool.Rent(shape.Elements);
        Divide(input, weights, normalized, threads);
        var scaling = Scaling(RunningMoments(), weights);
        var bias = Bias(weights);
        float[] scale = new float[scaling.Length], shift = new float[scaling.Length];
        for (int channel = 0; channel < scaling.Length; channel++)
        {
            scale[channel] = scaling[channel].Scale;
            shift[channel] = (float)(scaling[channel].Shift + (((bias?[channel] ?? 0) - (double)scaling[channel].Pivot) * scaling[channel].Scale));
        }

        var result = empty_like(input);
        fixed (float* a = scale, b = shift)
        {
            plan.Forward(
                new ForwardArguments
                {
                    Y = TensorMemory.Pointer(input),
                    Yn = normalized.Pointer,
                    Residual = normalized.Pointer,
                    Scale = a,
                    Shift = b,
                    Rectify = true,
                    Output = TensorMemory.Pointer(result),
                },
                spectra,
                threads);
        }

        return result;
    }

    /// <summary>Z of Eq. 6, and what a backward pass will need.</summary>
    public Tensor ForwardKeeping(Tensor input, in FusedWeights weights, WeightSpectra spectra, out KeptStages stages)
    {
        stages = new KeptStages(shape.Elements);
        Integrate(input, weights, spectra, stages, keep: true);
        return Normalize(input, weights, stages);
    }

    /// <summary>Yn and Z~ once more, for a second backward pass through the same graph.</summary>
    public KeptStages Repeat(Tensor input, in FusedWeights weights, WeightSpectra spectra, ChannelScaling[] scaling)
    {
        var stages = new KeptStages(shape.Elements) { Scaling = scaling };
        Integrate(input, weights, spectra, stages, keep: true);
        return stages;
    }

    /// <summary>The gradients of the input and of every weight.</summary>
    public FusedGradients Backward(Tensor input, in FusedWeights weights, WeightSpectra spectra, KeptStages stages, Tensor gradOutput)
    {
        int threads = get_num_threads();
        var w = weights.Lateral;
        var gradients = new FusedGradients(
            empty_like(input),
            new LateralWeights(
                empty_like(w.Division), empty_like(w.Sigma), empty_like(w.Excitation), empty_like(w.Inhibition), w.ExcitationBias is null ? null : empty_like(w.ExcitationBias), null),
            empty_like(weights.Gamma),
            empty_like(weights.Beta));
        float* gradInput = TensorMemory.Pointer(gradients.Input);
        using var gradIntegrated = NativePool.Rent(shape.Elements);
        RectifiedBatchNorm.Backward(
            shape,
            new BatchNormGradients
            {
                Maps = stages.Integrated.Pointer,
                GradOutput = TensorMemory.Pointer(gradOutput),
                GradMaps = gradIntegrated.Pointer,
                GradGamma = TensorMemory.Pointer(gradients.Gamma),
                GradBeta = TensorMemory.Pointer(gradients.Beta),
            },
            stages.Scaling,
            BatchStatistics,
            threads);

        // the lateral stage is through with Z~: its memory takes the gradient of Yn
        var gradNormalized = stages.Integrated;
        plan.Backward(
            new BackwardArguments
            {
                GradOutput = gradIntegrated.Pointer,
                Y = TensorMemory.Pointer(input),
                Yn = stages.Normalized.Pointer,
                ResidualIsYn = true,
                GradY = gradInput,
                GradYn = gradNormalized.Pointer,
                GradExcitation = TensorMemory.Pointer(gradients.Lateral.Excitation),
                GradInhibition = TensorMemory.Pointer(gradients.Lateral.Inhibition),
                GradShift = TensorMemory.PointerOrNull(gradients.Lateral.ExcitationBias),
            },
            spectra,
            stages.Spectra,
            threads);
        division.Backward(
            DivisionShape(w.Division),
            new DivisionGradients
            {
                Y = TensorMemory.Pointer(input),
                Weights = TensorMemory.Pointer(w.Division),
                Sigma = TensorMemory.Pointer(w.Sigma),
                GradYn = gradNormalized.Pointer,
                GradY = gradInput,
                Add = !shape.SharedSource, // what excitation passed back is there already
                GradWeights = TensorMemory.Pointer(gradients.Lateral.Division),
                GradSigma = TensorMemory.Pointer(gradients.Lateral.Sigma),
            },
            (float)epsilon,
            threads);
        return gradients;
    }

    /// <summary>Z of Eq. 6 in libtorch's operations, which can be differentiated any number of times; the running statistics stay as they are.</summary>
    public Tensor Equations(Tensor input, in FusedWeights weights, ChannelScaling[] scaling)
    {
        using var scope = NewDisposeScope();
        using Scalar added = epsilon;
        var integrated = LateralEquations.Integrated(input, weights.Lateral, shape.SharedSource ? ExcitationSource.Normalized : ExcitationSource.Input, added);
        if (BatchStatistics)
            return F.relu(F.batch_norm(integrated, null!, null!, weights.Gamma, weights.Beta, training: true, eps: normEpsilon)).MoveToOuterDisposeScope();
        var means = tensor((float[])[.. scaling.Select(channel => (float)channel.Mean)], device: CPU).view(1, -1, 1, 1);
        var scales = weights.Gamma * tensor((float[])[.. scaling.Select(channel => (float)channel.InverseDeviation)], device: CPU);
        return F.relu(((integrated - means) * scales.view(1, -1, 1, 1)).Plus(weights.Beta.view(1, -1, 1, 1))).MoveToOuterDisposeScope();
    }

    /// <summary>Eq. 2 alone: Yn of contiguous float32 tensors on the CPU.</summary>
    public static Tensor Divide(DivisionKernel division, Tensor input, Tensor weights, Tensor sigma, double epsilon)
    {
        var (n, c, h, w) = (input.shape[0], input.shape[1], input.shape[2], input.shape[3]);
        var output = empty_like(input);
        division.Forward(
            new DivisionShape((int)n, (int)c, (int)h, (int)w, (int)weights.shape[2], (int)weights.shape[3]),
            TensorMemory.Pointer(input), TensorMemory.Pointer(weights), TensorMemory.Pointer(sigma), (float)epsilon, TensorMemory.Pointer(output), get_num_threads());
        return output;
    }

    private void Divide(Tensor input, in FusedWeights weights, NativeBlock normalized, int threads) =>
        division.Forward(
            DivisionShape(weights.Lateral.Division), TensorMemory.Pointer(input), TensorMemory.Pointer(weights.Lateral.Division),
            TensorMemory.Pointer(weights.Lateral.Sigma), (float)epsilon, normalized.Pointer, threads);

    private DivisionShape DivisionShape(Tensor weights) =>
        new(shape.Batch, shape.Channels, shape.Height, shape.Width, (int)weights.shape[2], (int)weights.shape[3]);

    private void Integrate(Tensor input, in FusedWeights weights, WeightSpectra spectra, KeptStages stages, bool keep)
    {
        int threads = get_num_threads();
        Divide(input, weights, stages.Normalized, threads);
        fixed (float* shift = Bias(weights))
        {
            stages.Spectra = plan.Forward(
                new ForwardArguments
                {
                    Y = TensorMemory.Pointer(input),
                    Yn = stages.Normalized.Pointer,
                    Residual = stages.Normalized.Pointer,
                    Shift = shift,
                    Output = stages.Integrated.Pointer,
                    Keep = keep,
                },
                spectra,
                threads);
        }
    }

    /// <summary>Eq. 6 from the stages' Z~. Batch statistics are added to the running ones.</summary>
    private Tensor Normalize(Tensor input, in FusedWeights weights, KeptStages stages)
    {
        int threads = get_num_threads();
        var moments = BatchStatistics ? RectifiedBatchNorm.Moments(shape, stages.Integrated.Pointer, threads) : RunningMoments();
        if (norm.training)
            UpdateRunningStatistics(moments);
        stages.Scaling = Scaling(moments, weights);
        var output = empty_like(input);
        RectifiedBatchNorm.Apply(shape, stages.Integrated.Pointer, stages.Scaling, TensorMemory.Pointer(output), threads);
        return output;
    }

    /// <summary>b_exc - b_inh, or null.</summary>
    private static float[]? Bias(in FusedWeights weights)
    {
        var (excitation, inhibition) = (weights.Lateral.ExcitationBias, weights.Lateral.InhibitionBias);
        return excitation is null || inhibition is null
            ? null
            : [.. TensorMemory.Values(excitation).Zip(TensorMemory.Values(inhibition), (e, i) => e - i)];
    }

    private ChannelScaling[] Scaling(ChannelMoments moments, in FusedWeights weights)
    {
        var (gamma, beta) = (TensorMemory.Values(weights.Gamma), TensorMemory.Values(weights.Beta));
        return [.. Enumerable.Range(0, shape.Channels).Select(c => ChannelScaling.Of(moments.Means[c], moments.Variances[c], gamma[c], beta[c], normEpsilon))];
    }

    private ChannelMoments RunningMoments() => new(
        Array.ConvertAll(TensorMemory.Values(norm.running_mean!), value => (double)value), Array.ConvertAll(TensorMemory.Values(norm.running_var!), value => (double)value));

    /// <summary>As libtorch does: running = (1 - momentum) running + momentum batch, with the unbiased variance.</summary>
    private void UpdateRunningStatistics(ChannelMoments moments)
    {
        if (norm.running_mean is not { } mean || norm.running_var is not { } variance)
            return;
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        norm.num_batches_tracked?.Plus_(One);
        double momentum = norm.momentum ?? 1 / norm.num_batches_tracked!.to(ScalarType.Float64).item<double>(); // null: a plain average of all batches
        double values = (double)shape.Batch * shape.Height * shape.Width;
        mean.copy_(Blend(mean, moments.Means, momentum, 1));
        variance.copy_(Blend(variance, moments.Variances, momentum, values / (values - 1)));
    }

    private static Tensor Blend(Tensor running, double[] batch, double momentum, double factor) =>
        tensor((float[])[.. TensorMemory.Values(running).Zip(batch, (old, now) => (float)(((1 - momentum) * old) + (momentum * factor * now)))], device: CPU);
}

/// <summary>Gradients of a <see cref="FusedPass"/>; that of the inhibition's bias is the negative of the excitation's.</summary>
internal readonly record struct FusedGradients(Tensor Input, LateralWeights Lateral, Tensor Gamma, Tensor Beta);

/// <summary>What a forward pass keeps for one backward pass. Its memory is freed by finalizers where that never comes.</summary>
internal sealed class KeptStages(long elements) : IDisposable
{
    /// <summary>Yn, [N, C, H, W].</summary>
    public NativeBlock Normalized { get; } = NativePool.Rent(elements);

    /// <summary>Z~, [N, C, H, W].</summary>
    public NativeBlock Integrated { get; } = NativePool.Rent(elements);

    /// <summary>The spectra of the inputs, where the budget allowed to keep them.</summary>
    public SavedSpectra? Spectra { get; set; }

    /// <summary>The batch norm of each channel.</summary>
    public ChannelScaling[] Scaling { get; set; } = [];

    public void Dispose()
    {
        Normalized.Dispose();
        Integrated.Dispose();
        Spectra?.Dispose();
    }
}
