namespace DivNorm.Kernels;

/// <summary>
/// A spectral lateral stage for one shape: out = corr(E, w_exc) - corr(Yn, w_inh), zero-padded to keep the size, where E is Y, or Yn
/// with a shared source. All arrays are float32, contiguous, [N, C, H, W] and [C, C, k, k]. Plans are immutable and cached; any number of
/// threads may call one at once. The results do not depend on the number of threads, and are the same bits in every run.
/// </summary>
internal abstract unsafe class LateralPlan
{
    /// <summary>The shape this plan is for.</summary>
    public abstract LateralShape Shape { get; }

    /// <summary>The instructions it uses.</summary>
    public abstract SimdPath Path { get; }

    /// <summary>Which spectra <see cref="Forward"/> and <see cref="Backward"/> accept.</summary>
    public abstract SpectraKey SpectraKey { get; }

    /// <summary>Whether <see cref="Forward"/> can keep the input spectra within the budget.</summary>
    public abstract bool KeepsSpectra { get; }

    /// <summary>
    /// The plan for a shape; cached. Null where the cost model expects libtorch's direct convolution to be faster, where the
    /// path is libtorch, and where no transform is long enough for the kernel.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A bad shape or tile size.</exception>
    public static LateralPlan? For(LateralShape shape, LateralOptions? options = null) => LateralPlans.For(shape, options ?? new LateralOptions());

    /// <summary>Transforms both kernels.</summary>
    /// <param name="excitation">w_exc [C, C, ke, ke].</param>
    /// <param name="inhibition">w_inh [C, C, ki, ki].</param>
    /// <param name="threads">Threads to use, at least 1.</param>
    public abstract WeightSpectra Transform(float* excitation, float* inhibition, int threads);

    /// <summary>Writes scale (out + residual) + shift, rectified if asked for, to <see cref="ForwardArguments.Output"/>.</summary>
    /// <returns>The input spectra if <see cref="ForwardArguments.Keep"/> asks for them and the budget allows, else null.</returns>
    public abstract SavedSpectra? Forward(in ForwardArguments arguments, WeightSpectra spectra, int threads);

    /// <summary>Writes the gradients of the sources, of both kernels and of the bias.</summary>
    public abstract void Backward(in BackwardArguments arguments, WeightSpectra spectra, SavedSpectra? saved, int threads);
}

/// <summary>The arrays of a forward pass.</summary>
internal unsafe struct ForwardArguments
{
    /// <summary>E's source [N, C, H, W]; not read with a shared source.</summary>
    public float* Y;

    /// <summary>Yn [N, C, H, W].</summary>
    public float* Yn;

    /// <summary>Added to the result [N, C, H, W] (Yn in Eq. 5), or null.</summary>
    public float* Residual;

    /// <summary>Factor of each channel, after the residual is added [C], or null.</summary>
    public float* Scale;

    /// <summary>Added to each channel at last [C]: the biases b_exc - b_inh, or with a folded batch norm its shift too. Or null.</summary>
    public float* Shift;

    /// <summary>Whether the result is rectified.</summary>
    public bool Rectify;

    /// <summary>The result [N, C, H, W].</summary>
    public float* Output;

    /// <summary>Whether a backward pass will follow.</summary>
    public bool Keep;
}

/// <summary>The arrays of a backward pass, for a forward pass without scale and rectification.</summary>
internal unsafe struct BackwardArguments
{
    /// <summary>Gradient of the output [N, C, H, W].</summary>
    public float* GradOutput;

    /// <summary>E's source, as in the forward pass; read only where no spectra were kept.</summary>
    public float* Y;

    /// <summary>Yn, as in the forward pass; read only where no spectra were kept.</summary>
    public float* Yn;

    /// <summary>Whether Yn was the residual: its gradient then takes GradOutput as well.</summary>
    public bool ResidualIsYn;

    /// <summary>Gradient of Y [N, C, H, W]; not used with a shared source.</summary>
    public float* GradY;

    /// <summary>Gradient of Yn [N, C, H, W].</summary>
    public float* GradYn;

    /// <summary>Gradient of w_exc.</summary>
    public float* GradExcitation;

    /// <summary>Gradient of w_inh.</summary>
    public float* GradInhibition;

    /// <summary>Gradient of the shift [C] (that of b_exc; b_inh's is its negative), or null.</summary>
    public float* GradShift;
}
