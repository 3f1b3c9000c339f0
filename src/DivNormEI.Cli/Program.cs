using System.CommandLine;
using System.CommandLine.Help;
using DivNorm;
using DivNorm.Cli;
using DivNorm.Cli.Commands;
using DivNorm.Lab.Training;

OpenMP.BlockWhenIdle();
StandardOutput.Install();
// no RootCommand: its help would call the program by its assembly
var root = new Command("divnormei", "Divisive normalisation with lateral excitation and inhibition: experiments, laboratory and checks.")
{
    RunCommand.Create(),
    CompareCommand.Create(),
    TuneCommand.Create(),
    LayersCommand.Create(),
    EvaluateCommand.Create(),
    ClassifyCommand.Create(),
    UpscaleCommand.Create(),
    StimuliCommand.Create(),
    ExportCommand.Create(),
    CheckCommand.Create(),
    ConvertCommand.Create(),
    BenchCommand.Create(),
    MetricsCommand.Create(),
    DoctorCommand.Create(),
    new HelpOption { Recursive = true },
    new VersionOption(),
};
var parsed = root.Parse(args);
var mistakes = CommandLineErrors.Of(parsed);
if (mistakes.Count > 0)
{
    Console.Error.WriteLine($"divnormei: {string.Join(' ', mistakes)} (divnormei --help lists what there is)");
    return ExitCode.BadInput;
}

try
{
    return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (UserInputException error)
{
    Console.Error.WriteLine($"divnormei: {error.Message}");
    return ExitCode.BadInput;
}
catch (TrainingDivergedException error)
{
    Console.Error.WriteLine($"divnormei: {error.Message}");
    return ExitCode.Diverged;
}
catch (OperationCanceledException)
{
    bool resumes = parsed.CommandResult.Command.Options.Any(option => option.Name == "--resume");
    Console.Error.WriteLine($"divnormei: stopped{(resumes ? "; the same command with --resume goes on from here" : "")}.");
    return ExitCode.Interrupted;
}
