using System.CommandLine;
using DivNorm.Lab.Experiments;
using DivNorm.Lab.Experiments.Recognition;
using DivNorm.Lab.Reporting;

namespace DivNorm.Cli.Commands;

/// <summary><c>divnormei bench network</c>: the recognition networks' training steps against plain libtorch.</summary>
internal static class BenchNetworkCommand
{
    public static Command Create()
    {
        var config = new Option<FileInfo?>("--config") { Description = "JSON file of a recognition run (experiments/*.json): its arms, sizes and batch.", HelpName = "FILE" };
        var batch = NumberOption.CreateOptional<int>("--batch", "Images a step.");
        var rounds = NumberOption.Create("--rounds", "Turns of each contender; medians are reported.", 7, "1 or more", n => n >= 1);
        var format = new Option<string>("--format") { Description = "text or json.", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "json");
        var command = new Command("network", "Time training steps of the recognition networks against the same networks in plain libtorch, side by side in one process.")
        {
            config, batch, rounds, format,
        };
        command.SetAction(parsed =>
        {
            var settings = parsed.GetValue(config) is { } file ? RecognitionConfig.Read(file.FullName) : new RecognitionConfig();
            settings = settings with { BatchSize = parsed.GetValue(batch) ?? settings.BatchSize };
            settings.Validate("command line");
            var rows = NetworkBenchmark.Run(settings, parsed.GetValue(rounds));
            if (parsed.GetValue(format) == "json")
            {
                Console.Write(NetworkTiming.ToJson(rows));
                return ExitCode.Success;
            }

            Console.WriteLine(NetworkTiming.Header);
            foreach (var row in rows)
                Console.WriteLine(row.ToLine());
            return ExitCode.Success;
        });
        return command;
    }
}
