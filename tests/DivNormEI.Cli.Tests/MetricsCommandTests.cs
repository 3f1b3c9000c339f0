using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace DivNorm.Cli.Tests;

/// <summary>The real command, end to end.</summary>
public sealed class MetricsCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Json_HasTheMeasuresFitsAndIntervals()
    {
        var (code, output, error) = Command.Run("metrics", Curves(trials: 4), "--bootstrap", "100");
        Assert.Equal((0, string.Empty), (code, error));
        JsonNode results = JsonNode.Parse(output)!;
        Assert.Equal(("divnormei.metrics/1", "curves.csv", 480, 100), ((string)results["schema"]!, (string)results["source"]!, (int)results["rows"]!, (int)results["bootstrap"]!));
        JsonArray units = results["units"]!.AsArray();
        Assert.Equal(["left", "right"], units.Select(unit => (string)unit!["unit"]!));
        foreach (JsonNode? unit in units)
        {
            double preferred = (string)unit!["unit"]! == "left" ? 40 : 110;
            Assert.Equal(1, (double)unit["widthRatio"]!, 0.05);
            Assert.InRange((double)unit["separability"]!, 0.99, 1);
            Assert.Equal(0.2, (double)unit["nakaRushton"]!["semiSaturation"]!, 0.05);
            Assert.NotNull(unit["supersaturating"]!["converged"]);
            Assert.Equal(5, unit["curves"]!.AsArray().Count);
            JsonNode highest = unit["curves"]![4]!;
            Assert.Equal(1, (double)highest["contrast"]!);
            Assert.Equal(preferred, (double)highest["preferred"]!, 1.0);
            Assert.Equal(preferred, (double)highest["vonMises"]!["preferred"]!, 0.5);
            foreach (string measure in (string[])["preferred", "peak", "hwhh", "hwhhFromZero", "ringachBandwidth", "osi", "gosi", "cv", "opRatio"])
            {
                double low = (double)highest["intervals"]![measure]![0]!, high = (double)highest["intervals"]![measure]![1]!;
                Assert.InRange((double)highest[measure]!, low - (high - low), high + (high - low));
            }
        }
    }

    [Fact]
    public void Csv_HasARowAUnitAndContrast_InAFileWrittenWhole()
    {
        string curves = Curves(trials: 0), file = folder["measures.csv"];
        var (code, output, error) = Command.Run("metrics", curves, "--format", "csv", "--out", file);
        Assert.Equal((0, string.Empty, string.Empty), (code, output, error));
        string[] lines = File.ReadAllLines(file);
        Assert.Equal(1 + 2 * 5, lines.Length);
        Assert.StartsWith("unit,contrast,orientations,trials,largestGap,preferred,peak,hwhh,hwhhFromZero,ringachBandwidth,osi,gosi,cv,opRatio,", lines[0], StringComparison.Ordinal);
        Assert.All(lines, line => Assert.Equal(lines[0].Split(',').Length, line.Split(',').Length));
        Assert.Equal(["curves.csv", "measures.csv"], folder.FileNames);
    }

    [Theory]
    [InlineData("--out is the table", "--out", "curves.csv")]
    [InlineData("--report is the table", "--report", "curves.csv")]
    [InlineData("--report is --out", "--out", "page.html", "--report", "page.html")]
    public void AFile_IsNotWrittenOverAnotherOfTheCommand(string expected, params string[] options)
    {
        string curves = Curves(trials: 0), before = File.ReadAllText(curves);
        var (code, _, error) = Command.Run(["metrics", curves, .. options.Select(word => word.StartsWith('-') ? word : folder[word])]);
        Assert.Equal(2, code);
        Assert.Contains(expected, Assert.Single(error.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.Equal(["curves.csv"], folder.FileNames);
        Assert.Equal(before, File.ReadAllText(curves));
    }

    [Fact]
    public void TheTable_IsNotReplacedThroughALink()
    {
        string curves = Curves(trials: 0);
        File.CreateSymbolicLink(folder["link.csv"], curves);
        var (code, _, error) = Command.Run("metrics", curves, "--out", folder["link.csv"]);
        Assert.Equal(2, code);
        Assert.Contains("--out is the table", Assert.Single(error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public void Report_IsOneSelfContainedPage()
    {
        string page = folder["report.html"];
        var (code, output, error) = Command.Run("metrics", Curves(trials: 0), "--report", page);
        Assert.Equal((0, string.Empty), (code, error));
        Assert.NotNull(JsonNode.Parse(output));
        string html = File.ReadAllText(page);
        Assert.All((string[])["2 units", "120 responses", "median separability", "Naka-Rushton", "Circular variance", "left", "right"], text => Assert.Contains(text, html, StringComparison.Ordinal));
        Assert.DoesNotContain("src=\"http", html, StringComparison.Ordinal);
    }

    [Fact]
    public void SameSeed_GivesTheSameBytes()
    {
        string curves = Curves(trials: 3);
        string once = Command.Run("metrics", curves, "--bootstrap", "100", "--seed", "3").Output;
        Assert.Equal(once, Command.Run("metrics", curves, "--bootstrap", "100", "--seed", "3").Output);
        Assert.NotEqual(once, Command.Run("metrics", curves, "--bootstrap", "100", "--seed", "4").Output);
    }

    [Fact]
    public void WhatCannotBeUsed_EndsWithCode2_AndOneLine()
    {
        string bad = folder["bad.csv"];
        File.WriteAllText(bad, "unit,contrast,orientation_deg,response\na,25,0,1\n");
        string[][] commands =
        [
            ["metrics", bad], ["metrics", folder["none.csv"]], ["metrics"], ["metrics", Curves(0), "--bootstrap", "7"],
            ["metrics", Curves(0), "--out", folder.FullName + "/no/such/folder.json"],
        ];
        string[] reasons = ["line 2: contrast is '25'", "no such file", "argument missing for command: 'metrics'", "bootstrap is 7", "its folder does not exist"];
        foreach (var (command, reason) in commands.Zip(reasons))
        {
            var (code, output, error) = Command.Run(command);
            Assert.Equal((2, string.Empty), (code, output));
            Assert.Contains(reason, error, StringComparison.Ordinal);
            Assert.Equal(1, error.Count(letter => letter == '\n'));
        }
    }

    [Fact]
    public void UnknownFormat_EndsWithCode2()
    {
        var (code, output, error) = Command.Run("metrics", Curves(0), "--format", "xml");
        Assert.Equal((2, string.Empty), (code, output));
        Assert.Contains("xml", error, StringComparison.Ordinal);
    }

    /// <summary>Two cells, 12 orientations, 5 contrasts; trials differ by a pattern that sums to zero over four.</summary>
    private string Curves(int trials)
    {
        var text = new StringBuilder("unit,contrast,orientation_deg,response").Append(trials > 0 ? ",trial\n" : "\n");
        foreach (var (unit, preferred) in ((string, double)[])[("left", 40), ("right", 110)])
        {
            foreach (double contrast in (double[])[0.06, 0.12, 0.25, 0.5, 1])
            {
                for (int angle = 0; angle < 180; angle += 15)
                {
                    double mean = 1 + 20 * contrast * contrast / (contrast * contrast + 0.04) * Math.Exp(3 * (Math.Cos(2 * (angle - preferred) * Math.PI / 180) - 1));
                    for (int trial = 0; trial < Math.Max(1, trials); trial++)
                    {
                        double response = mean + (trials == 0 ? 0 : 0.3 * Math.Cos(Math.PI / 2 * (trial + angle)));
                        text.Append(CultureInfo.InvariantCulture, $"{unit},{contrast},{angle},{response:R}").Append(trials > 0 ? $",{trial}\n" : "\n");
                    }
                }
            }
        }

        string file = folder["curves.csv"];
        File.WriteAllText(file, text.ToString());
        return file;
    }
}
