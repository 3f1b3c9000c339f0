namespace DivNorm.Lab.Reporting.Progress;

/// <summary>
/// Tells a person how a run is getting on. A run is a row of stages, one at a time. All members may be called from any thread.
/// Telling never disturbs the work: reports without a stage are ignored. Disposing ends the display, also after an error.
/// </summary>
public interface IRunProgress : IDisposable
{
    /// <summary>Starts a stage; one still under way is ended first.</summary>
    /// <param name="name">What is being done, for example <c>training authors</c>.</param>
    /// <param name="total">How many units there are to do; 0 when that is not known.</param>
    /// <param name="unit">What is counted, in the plural, for example <c>crops</c>.</param>
    void Stage(string name, long total, string unit);

    /// <summary>Says how far the stage is. May be called as often as is convenient; the display keeps its own pace.</summary>
    /// <param name="done">Units done so far. Speed is counted from the first report on, so give one at the start: 0, or what a resumed run had done.</param>
    /// <param name="note">A short text beside the figures, such as the loss; null leaves the last one.</param>
    void Report(long done, string? note = null);

    /// <summary>Ends the stage.</summary>
    /// <param name="summary">A short text for the closing line, such as the final loss.</param>
    void Done(string? summary = null);

    /// <summary>Writes a line of its own, such as a warning about a skipped file.</summary>
    /// <param name="text">The line.</param>
    void Message(string text);
}
