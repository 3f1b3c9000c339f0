using Xunit;

namespace DivNorm.Lab.Tests.Documentation;

/// <summary>The C# code of README.md and of every page below docs/ compiles without a warning and runs.</summary>
public sealed class DocumentationTests
{
    public static TheoryData<string, int> Programs
    {
        get
        {
            var pages = Directory.EnumerateFiles(Path.Combine(Repository.Folder, "docs"), "*.md", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(Repository.Folder, file).Replace('\\', '/'));
            return [.. pages.Prepend("README.md").Order(StringComparer.Ordinal).SelectMany(ProgramsOf).Select(program => (program.Page, program.Line))];
        }
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void Code_CompilesAndRuns(string page, int line)
    {
        var documented = ProgramsOf(page).Single(program => program.Line == line);
        using var program = new CompiledProgram(documented);
        if (!documented.Runs)
            return;
        using var folder = new TemporaryFolder();
        var (code, text) = program.Run(folder.FullName);
        Assert.True(code == 0, $"{page}({line}) ended with exit code {code}: {text}");
    }

    [Fact]
    public void Blocks_GoOnWhereTheLastEnded_UntilOneStartsWithUsing()
    {
        var programs = DocumentedProgram.Of("page.md", """
            ```csharp
            using System.Text;

            var text = new StringBuilder();
            ```
            - in a list
              ```csharp
              text.Append(1);
              ```
            ```
            no code
            ```
            <!-- csharp
            using Size = System.Int32;
            -->
            ```cs no-run
            Size size = 1;
            ```
            """);
        Assert.Equal([(1, true), (13, false)], programs.Select(program => (program.Line, program.Runs)));
        Assert.EndsWith("#line 8 \"page.md\"\n  text.Append(1);\n", programs[0].Code, StringComparison.Ordinal);
        Assert.DoesNotContain("no code", programs[0].Code + programs[1].Code, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => DocumentedProgram.Of("page.md", "```csharp\nvar x = 1;\n"));
    }

    [Fact]
    public void Mistakes_AreFound_WithTheirPageAndLine()
    {
        var wrong = Assert.Throws<InvalidDataException>(() => new CompiledProgram(DocumentedProgram.Of("page.md", "# Title\n```csharp\nvar layer = new Layer();\n```\n")[0]));
        Assert.StartsWith("page.md(3,17): error CS0246", wrong.Message, StringComparison.Ordinal);
        using var folder = new TemporaryFolder();
        using var failing = new CompiledProgram(DocumentedProgram.Of("page.md", "```csharp\nif (args.Length == 0)\n    throw new ArgumentException(\"too few\");\n```\n")[0]);
        var (code, text) = failing.Run(folder.FullName);
        Assert.NotEqual(0, code);
        Assert.Contains("too few", text, StringComparison.Ordinal);
    }

    private static IReadOnlyList<DocumentedProgram> ProgramsOf(string page) => DocumentedProgram.Of(page, File.ReadAllText(Path.Combine(Repository.Folder, page)));
}
