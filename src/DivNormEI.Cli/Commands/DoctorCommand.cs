using System.CommandLine;
using Spectre.Console;

namespace DivNorm.Cli.Commands;

/// <summary><c>divnormei doctor</c>: what this machine offers.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var command = new Command("doctor", "Say what this machine offers: libtorch, threads, SIMD, CUDA, and which fixes were applied.");
        command.SetAction(_ =>
        {
            var findings = Doctor.Examine();
            var table = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(3)).AddColumn();
            foreach (var finding in findings)
                table.AddRow(new Text(finding.Name), new Text(finding.Value));
            AnsiConsole.Write(table);
            return ExitCode.Success;
        });
        return command;
    }
}
