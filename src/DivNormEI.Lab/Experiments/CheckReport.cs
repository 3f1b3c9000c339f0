using TorchSharp;

namespace DivNorm.Lab.Experiments;

/// <summary>How <see cref="ReferenceCheck"/> compares.</summary>
public sealed record CheckOptions
{
    /// <summary>The largest relative error that passes: 0 or greater.</summary>
    public double Tolerance { get; init; } = 1e-5;

    /// <summary>
    /// What the layer computes in: Float32 or Float64. Float32 shows the accuracy that users get; Float64 tells a wrong
    /// formula from rounding where float32 cannot meet the tolerance: with two values a channel the batch norm's gradient
    /// cancels nearly whole, and float32 leaves relative errors of about 1e-4.
    /// </summary>
    public torch.ScalarType DType { get; init; } = torch.ScalarType.Float32;

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range; the message names option, value and range.</exception>
    public void Validate()
    {
        if (!(Tolerance >= 0 && double.IsFinite(Tolerance)))
            throw new ArgumentOutOfRangeException(nameof(Tolerance), Tolerance, $"Tolerance is {Tolerance}; it must be 0 or greater and finite.");
        if (DType is not (torch.ScalarType.Float32 or torch.ScalarType.Float64))
            throw new ArgumentOutOfRangeException(nameof(DType), DType, $"DType is {DType}; it must be Float32 or Float64.");
    }
}

/// <summary>How one tensor of the layer compares with its reference.</summary>
/// <param name="Name">The reference tensor's name in the file.</param>
/// <param name="Error">max|a - b| / <paramref name="Scale"/>; max|a - b| itself where the scale is 0. NaN if either holds a NaN.</param>
/// <param name="Scale">
/// max|b| of the reference, or where <paramref name="Cancels"/> the size of the terms whose sum it is, if that is larger.
/// </param>
/// <param name="Cancels">
/// Whether the reference is zero but for rounding, so that its own size says nothing: the gradients of the lateral biases,
/// which the batch norm makes zero in theory.
/// </param>
/// <param name="Passed">Whether the error is within the tolerance; never with a NaN.</param>
public sealed record TensorCheck(string Name, double Error, double Scale, bool Cancels, bool Passed);

/// <summary>How the layer compares with one file.</summary>
/// <param name="File">The file's path.</param>
/// <param name="Tensors">One comparison per reference output and gradient in the file; empty for a bad file.</param>
/// <param name="Ignored">Tensors in the file that the check does not know.</param>
/// <param name="Problem">What makes the file unfit for a check, in one line; null for a good file.</param>
public sealed record FileCheck(
    string File, IReadOnlyList<TensorCheck> Tensors, IReadOnlyList<string> Ignored, string? Problem = null)
{
    /// <summary>Whether the file is good and every comparison passed.</summary>
    public bool Passed => Problem is null && Tensors.All(tensor => tensor.Passed);
}

/// <summary>The outcome of a check.</summary>
/// <param name="Files">One entry per file, in the order given.</param>
/// <param name="Options">How it was compared.</param>
public sealed record CheckReport(IReadOnlyList<FileCheck> Files, CheckOptions Options)
{
    /// <summary>0 if every comparison passed, 1 if one did not, 2 if a file was bad.</summary>
    public int ExitCode => Files.Any(file => file.Problem is not null) ? 2 : Files.All(file => file.Passed) ? 0 : 1;
}
