using System.CommandLine;
using DivNorm.Interop;
using DivNorm.Lab.Data;
using DivNorm.Lab.Experiments.Curves;
using DivNorm.Lab.Reporting;

namespace DivNorm.Cli.Commands;

/// <summary><c>divnormei metrics CURVES.csv</c>: the laboratory's measures and fits of tuning curves from anywhere.</summary>
internal static class MetricsCommand
{
    public static Command Create()
    {
        var defaults = new CurveAnalysisOptions();
        var file = new Argument<string>("CURVES.csv") { Description = "Table of columns unit, contrast, orientation_deg, response and optionally trial." };
        var format = new Option<string>("--format") { Description = "json or csv.", DefaultValueFactory = _ => "json" };
        format.AcceptOnlyFromAmong("json", "csv");
        var bootstrap = NumberOption.Create<int>("--bootstrap", "Resamples of the trials for 95 % intervals: 0 for none, else 100 or more.", defaults.Bootstrap);
        var seed = NumberOption.Create<long>("--seed", "The seed that the resamples derive from.", defaults.Seed);
        var output = new Option<FileInfo?>("--out") { Description = "File to write; standard output where not given.", HelpName = "FILE" };
        var report = new Option<FileInfo?>("--report") { Description = "Page of pictures and tables to write besides: one self-contained HTML file.", HelpName = "FILE" };
        var command = new Command("metrics", "Measure and fit tuning curves of recorded or model neurons: widths, selectivity, contrast invariance.")
        {
            file, format, bootstrap, seed, output, report,
        };
        command.SetAction(parsed =>
        {
            var options = new CurveAnalysisOptions { Bootstrap = parsed.GetValue(bootstrap), Seed = parsed.GetValue(seed) };
            string table = parsed.GetValue(file)!;
            KeepApart(("the table", table), ("--out", $"{parsed.GetValue(output)}"), ("--report", $"{parsed.GetValue(report)}"));
            var curves = CurveFile.Read(table);
            var results = CurveAnalysis.Run(curves, options);
            string text = parsed.GetValue(format) == "csv" ? CurveTable.Of(results).ToCsv() : results.ToJson();
            if (parsed.GetValue(report) is { } page)
                AtomicFile.WriteAllText(page.FullName, CurveReport.Compose(curves, results).ToHtml());
            if (parsed.GetValue(output) is { } target)
                AtomicFile.WriteAllText(target.FullName, text);
            else
                Console.Out.Write(text);
            return ExitCode.Success;
        });
        return command;
    }

    /// <summary>Refuses a file that would be written over another of the command.</summary>
    private static void KeepApart(params (string Name, string Path)[] files)
    {
        var given = files.Where(file => file.Path.Length > 0).ToList();
        foreach (var (name, path) in given)
        {
            string first = given.First(file => RealPath.AreSame(file.Path, path)).Name;
            if (first != name)
                throw new UserInputException($"{name} is {first} ({path}); give another file.");
        }
    }
}
