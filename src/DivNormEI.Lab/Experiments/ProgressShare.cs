using DivNorm.Lab.Reporting.Progress;

namespace DivNorm.Lab.Experiments;

/// <summary>Passes the fraction of one part of the work on, in percent, at once and on the calling thread.</summary>
/// <param name="progress">Is told the percentage.</param>
/// <param name="before">Percent done before this part.</param>
internal sealed class ProgressShare(IRunProgress progress, int before = 0) : IProgress<double>
{
    /// <summary>A whole part, in percent.</summary>
    public const int Whole = 100;

    public void Report(double value) => progress.Report(before + (long)(value * Whole), null);
}
