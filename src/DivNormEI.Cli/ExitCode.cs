namespace DivNorm.Cli;

/// <summary>What the program's exit code says.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Success = 0;

    /// <summary>A check found a difference.</summary>
    public const int Difference = 1;

    /// <summary>A file, folder, option or configuration cannot be used.</summary>
    public const int BadInput = 2;

    /// <summary>A training run diverged: its loss is no longer a number.</summary>
    public const int Diverged = 3;

    /// <summary>Stopped by Ctrl-C or a termination signal; a run can be resumed.</summary>
    public const int Interrupted = 130;
}
