using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace DivNorm.Lab.Tests.Documentation;

/// <summary>A program of a page as a project that refers to both packages would compile it, run as a process of its own.</summary>
internal sealed class CompiledProgram : IDisposable
{
    // what the SDK gives a console program with ImplicitUsings
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(file => MetadataReference.CreateFromFile(file)),
    ];

    // what every project of the SDK is built without: libraries of an older .NET than the one that runs
    private static readonly Dictionary<string, ReportDiagnostic> SdkDefaults = new() { ["CS1701"] = ReportDiagnostic.Suppress, ["CS1702"] = ReportDiagnostic.Suppress };

    // beside the tests' own assembly, whose libraries, native ones too, the program finds by the tests' list of them
    private readonly string file = Path.Combine(AppContext.BaseDirectory, $"documentation-{Guid.NewGuid():n}.dll");

    /// <summary>Compiles a program.</summary>
    /// <exception cref="InvalidDataException">It has errors or warnings; the message names page and line of each.</exception>
    internal CompiledProgram(DocumentedProgram program)
    {
        var options = CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Preview);
        var compilation = CSharpCompilation.Create(
            Path.GetFileNameWithoutExtension(file),
            [CSharpSyntaxTree.ParseText(ImplicitUsings, options), CSharpSyntaxTree.ParseText(program.Code, options)],
            References,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable, specificDiagnosticOptions: SdkDefaults));
        var result = compilation.Emit(file);
        var complaints = result.Diagnostics.Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning).ToList();
        if (complaints.Count == 0)
            return;
        Dispose();
        throw new InvalidDataException(string.Join('\n', complaints.Select(complaint => CSharpDiagnosticFormatter.Instance.Format(complaint))));
    }

    /// <summary>Runs it in a folder to its end.</summary>
    internal (int ExitCode, string Text) Run(string folder)
    {
        string tests = Path.Combine(AppContext.BaseDirectory, typeof(CompiledProgram).Assembly.GetName().Name!);
        return DotNet.Run(folder, "exec", "--depsfile", tests + ".deps.json", "--runtimeconfig", tests + ".runtimeconfig.json", file);
    }

    public void Dispose() => File.Delete(file);
}
