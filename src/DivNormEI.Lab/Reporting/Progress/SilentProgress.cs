namespace DivNorm.Lab.Reporting.Progress;

/// <summary>Shows nothing: for quiet runs and for callers that do not care.</summary>
public sealed class SilentProgress : IRunProgress
{
    /// <inheritdoc/>
    public void Stage(string name, long total, string unit)
    {
    }

    /// <inheritdoc/>
    public void Report(long done, string? note = null)
    {
    }

    /// <inheritdoc/>
    public void Done(string? summary = null)
    {
    }

    /// <inheritdoc/>
    public void Message(string text)
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
