using System.Diagnostics;
using System.Text.RegularExpressions;
using Xunit;

namespace DivNorm.Tests.Interop;

/// <summary>A Python that has PyTorch, with the code of docs/pytorch.md at hand.</summary>
internal sealed partial class PyTorchProcess
{
    private static readonly Lazy<string?> Python = new(() =>
        ((string[])["/usr/bin/python3", "python3"]).FirstOrDefault(python => Start(python, "-c", "import numpy, torch") is (0, _, _)));

    private readonly TemporaryFolder folder;

    private PyTorchProcess(TemporaryFolder folder) => this.folder = folder;

    /// <summary>Puts the Python blocks of docs/pytorch.md into a folder as <c>page.py</c>; the calling test is skipped where there is no PyTorch.</summary>
    internal static PyTorchProcess OrSkip(TemporaryFolder folder)
    {
        var page = File.ReadAllText(Repository.PathOrSkip("docs/pytorch.md"));
        if (Python.Value is null)
            Assert.Skip("needs a Python with torch and numpy as /usr/bin/python3 or python3 (Debian: apt-get install python3-torch)");
        var blocks = PythonBlock().Matches(page);
        Assert.Equal(2, blocks.Count);
        File.WriteAllText(folder["page.py"], string.Join('\n', blocks.Select(block => block.Groups[1].Value)));
        return new PyTorchProcess(folder);
    }

    /// <summary>Runs a script that begins with all names of the page; it must succeed.</summary>
    /// <returns>What it printed.</returns>
    internal string Run(string script)
    {
        File.WriteAllText(folder["script.py"], "import torch\nfrom page import *\n" + script);
        var (code, output, error) = Start(Python.Value!, folder["script.py"], folder.FullName);
        Assert.True(code == 0, error);
        return output;
    }

    private static (int Code, string Output, string Error) Start(string python, params string[] arguments)
    {
        var start = new ProcessStartInfo(python) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        try
        {
            using var process = Process.Start(start)!;
            var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            if (!process.WaitForExit(TimeSpan.FromMinutes(2)))
            {
                process.Kill(entireProcessTree: true);
                return (-1, "", "Python did not end within 2 minutes");
            }

            return (process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            return (-1, "", missing.Message);
        }
    }

    [GeneratedRegex(@"```python\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex PythonBlock();
}
