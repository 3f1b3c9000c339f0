using DivNorm.Kernels;

namespace DivNorm.Layers;

/// <summary>Which signal the lateral excitation of <see cref="DivNormEI"/> reads.</summary>
public enum ExcitationSource
{
    /// <summary>The layer's input Y: Eq. 3 of the paper, E = w_exc * Y.</summary>
    Input,

    /// <summary>The normalised activations Yn: what the authors' code computes, E = w_exc * Yn.</summary>
    Normalized,
}

/// <summary>Which lateral parts of Eq. 5 <see cref="DivNormEI"/> has; a lesion leaves out the term with its weights and bias.</summary>
public enum LateralParts
{
    /// <summary>Z~ = Yn + E - I: the paper.</summary>
    ExcitationAndInhibition,

    /// <summary>Z~ = Yn + E: without inhibition.</summary>
    ExcitationOnly,

    /// <summary>Z~ = Yn - I: without excitation.</summary>
    InhibitionOnly,

    /// <summary>Z~ = Yn: division alone, Eq. 2, then Eq. 6.</summary>
    None,
}

/// <summary>How the lateral weights w_exc and w_inh of <see cref="DivNormEI"/> start.</summary>
public enum LateralInit
{
    /// <summary>
    /// Uniform on [0, 2 / fan-in), fan-in = C * kernel^2: non-negative from the start, and the weights of a unit sum to
    /// one in expectation, so that E and I start as local averages, of the size of what they read.
    /// </summary>
    UnitSum,

    /// <summary>
    /// The framework's default for a convolution, uniform on [-b, b) with b = 1 / sqrt(fan-in), its negative half set to
    /// zero. The authors' code starts signed and clamps after the first step; here no forward pass sees a negative weight.
    /// </summary>
    FrameworkDefault,
}

/// <summary>Which parameters of <see cref="DivNormEI"/> are held at or above zero.</summary>
public enum NonNegativity
{
    /// <summary>The lateral weights w_div, w_exc and w_inh: the paper.</summary>
    LateralWeights,

    /// <summary>Every parameter, also sigma, the lateral biases and the weight and bias of the batch norm: the authors' code.</summary>
    AllParameters,
}

/// <summary>
/// What can be chosen about a <see cref="DivNormEI"/> layer. The defaults are the paper's (Veerabadran, Raina and de Sa,
/// SVRHM at NeurIPS 2021); <see cref="AuthorsCode"/> holds what the authors' public code does instead.
/// </summary>
public sealed record DivNormEIOptions
{
    /// <summary>The environment variable that names a kernel for all layers whose options name none.</summary>
    public static string KernelVariable => SimdPaths.Variable;

    /// <summary>The kernels that this machine can run, the fastest first.</summary>
    public static IReadOnlyList<string> AvailableKernels { get; } = [.. SimdPaths.Available.Select(SimdPaths.Name)];

    /// <summary>The kernel of layers whose options name none: what <see cref="KernelVariable"/> names, or the fastest.</summary>
    /// <exception cref="UserInputException">The variable names no kernel, or one that this machine lacks.</exception>
    public static string DefaultKernel => SimdPaths.Name(SimdPaths.Default);

    /// <summary>The paper: excitation from Y, kernels 5, 9 and 7, no lateral biases.</summary>
    public static DivNormEIOptions Paper { get; } = new();

    /// <summary>
    /// The authors' public code: excitation from Yn, inhibition kernel 5, lateral biases, the framework's random start,
    /// and every parameter held at or above zero.
    /// </summary>
    public static DivNormEIOptions AuthorsCode { get; } = new()
    {
        ExcitationSource = ExcitationSource.Normalized,
        InhibitionKernel = 5,
        LateralBias = true,
        LateralInit = LateralInit.FrameworkDefault,
        NonNegativity = NonNegativity.AllParameters,
    };

    /// <summary>Side in pixels of the depthwise division kernel w_div (Eq. 2): odd, 1 to 63.</summary>
    public int DivisionKernel { get; init; } = 5;

    /// <summary>Side in pixels of the excitation kernel w_exc (Eq. 3): odd, 1 to 63.</summary>
    public int ExcitationKernel { get; init; } = 9;

    /// <summary>Side in pixels of the inhibition kernel w_inh (Eq. 4): odd, 1 to 63.</summary>
    public int InhibitionKernel { get; init; } = 7;

    /// <summary>
    /// The lateral parts of the layer: both, or one of the lesions. With one seed the parts that are left start as they do in the
    /// whole layer.
    /// </summary>
    public LateralParts LateralParts { get; init; } = LateralParts.ExcitationAndInhibition;

    /// <summary>The signal that the excitation reads.</summary>
    public ExcitationSource ExcitationSource { get; init; } = ExcitationSource.Input;

    /// <summary>Whether E and I each carry a bias per channel.</summary>
    public bool LateralBias { get; init; }

    /// <summary>How w_exc and w_inh start.</summary>
    public LateralInit LateralInit { get; init; } = LateralInit.UnitSum;

    /// <summary>Which parameters are held at or above zero.</summary>
    public NonNegativity NonNegativity { get; init; } = NonNegativity.LateralWeights;

    /// <summary>What the semi-saturation constant sigma starts at, in units of the input: greater than 0.</summary>
    public double InitialSigma { get; init; } = 1;

    /// <summary>The term added to sigma^2 in Eq. 2, in squared units of the input: 0 or greater.</summary>
    public double Epsilon { get; init; } = 1e-5;

    /// <summary>The term added to the variance by the batch norm of Eq. 6: greater than 0.</summary>
    public double BatchNormEpsilon { get; init; } = 1e-5;

    /// <summary>The weight of a new batch in the running statistics of the batch norm: 0 to 1.</summary>
    public double BatchNormMomentum { get; init; } = 0.1;

    /// <summary>The seed of the random start; null draws from the framework's global generator.</summary>
    public long? Seed { get; init; }

    /// <summary>
    /// The instructions of the fast kernels: avx512, avx2, portable, or libtorch for its own convolutions. Null takes what the
    /// environment variable DIVNORMEI_KERNEL names, or the fastest of this machine, and leaves shapes that libtorch convolves
    /// faster to it; a name is taken at its word. Tensors that are not float32 on the CPU take libtorch's way in any case.
    /// </summary>
    public string? Kernel { get; init; }

    /// <summary>Bytes that a pass of the fast kernels may use beyond inputs, outputs and weight spectra: 1 MiB or more.</summary>
    public long KernelMemory { get; init; } = LateralOptions.DefaultMemoryBudget;

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range; the message names option, value and range.</exception>
    public void Validate()
    {
        const string record = nameof(DivNormEIOptions);
        OptionCheck.Side(record, nameof(DivisionKernel), DivisionKernel);
        OptionCheck.Side(record, nameof(ExcitationKernel), ExcitationKernel);
        OptionCheck.Side(record, nameof(InhibitionKernel), InhibitionKernel);
        OptionCheck.Known(record, nameof(LateralParts), LateralParts);
        OptionCheck.Known(record, nameof(ExcitationSource), ExcitationSource);
        OptionCheck.Known(record, nameof(LateralInit), LateralInit);
        OptionCheck.Known(record, nameof(NonNegativity), NonNegativity);
        OptionCheck.Positive(record, nameof(InitialSigma), InitialSigma);
        OptionCheck.NonNegative(record, nameof(Epsilon), Epsilon);
        OptionCheck.Positive(record, nameof(BatchNormEpsilon), BatchNormEpsilon);
        OptionCheck.Require(record, nameof(BatchNormMomentum), BatchNormMomentum, BatchNormMomentum is >= 0 and <= 1, "0 to 1");
        OptionCheck.Require(record, nameof(KernelMemory), KernelMemory, KernelMemory >= 1 << 20, "1048576 (1 MiB) or more");
        _ = Lateral();
    }

    /// <summary>Whether Eq. 5 has the term E.</summary>
    internal bool Excites => LateralParts is LateralParts.ExcitationAndInhibition or LateralParts.ExcitationOnly;

    /// <summary>Whether Eq. 5 has the term I.</summary>
    internal bool Inhibits => LateralParts is LateralParts.ExcitationAndInhibition or LateralParts.InhibitionOnly;

    /// <summary>The options as the kernels take them.</summary>
    /// <exception cref="ArgumentException">No kernel of that name, or this machine lacks it.</exception>
    internal LateralOptions Lateral()
    {
        var forced = SimdPaths.Parse(Kernel, $"{nameof(DivNormEIOptions)}.{nameof(Kernel)}") ?? SimdPaths.Forced;
        return new LateralOptions { Path = forced, MemoryBudget = KernelMemory, AlwaysSpectral = forced is not null };
    }
}
