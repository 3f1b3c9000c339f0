using System.CommandLine;
using DivNorm;
using DivNorm.Cli;
using DivNorm.Cli.Commands;
using DivNorm.Lab.Training;

OpenMP.BlockWhenIdle();
var root = new RootCommand("Divisive normalisation with lateral excitation and inhibition: experiments, laboratory and checks.")
{
    RunCommand.Create(),
    CompareCommand.Create(),
    TuneCommand.Create(),
    LayersCommand.Create(),
    EvaluateCommand.Create(),
    ClassifyCommand.Create(),
    StimuliCommand.Create(),
    CheckCommand.Create(),
    BenchCommand.Create(),
    MetricsCommand.Create(),
    DoctorCommand.Create(),
};
var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors)
        Console.Error.WriteLine($"divnormei: {error.Message} (divnormei --help lists what there is)");
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
    Console.Error.WriteLine("divnormei: stopped; the same command with --resume goes on from here.");
    return ExitCode.Interrupted;
}
