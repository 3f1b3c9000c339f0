using System.IO.Compression;
using System.Xml.Linq;
using Xunit;

namespace DivNorm.Lab.Tests.Packaging;

/// <summary>DivNormEI and DivNormEI.Lab as <c>dotnet pack</c> makes them of what the tests were built with.</summary>
public sealed class Packages : IDisposable
{
    // bin/CONFIGURATION/FRAMEWORK/
    private static readonly string Configuration = Directory.GetParent(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar))!.Name;

    private readonly TemporaryFolder folder = new();

    public Packages()
    {
        Feed = folder["feed"];
        Pack(Feed);
    }

    /// <summary>The folder that they lie in.</summary>
    internal string Feed { get; }

    public void Dispose() => folder.Dispose();

    internal static void Pack(string target)
    {
        foreach (string project in (string[])["DivNormEI", "DivNormEI.Lab"])
        {
            var (code, text) = DotNet.Run(Repository.Folder, "pack", "--no-build", "-c", Configuration, "-o", target, Path.Combine("src", project));
            Assert.True(code == 0, text);
        }
    }

    /// <summary>The files in a package, of which one is asked for by its extension.</summary>
    internal IReadOnlyList<string> Files(string name, string extension = "nupkg")
    {
        using var package = ZipFile.OpenRead(Find(name, extension));
        return [.. package.Entries.Select(entry => entry.FullName)];
    }

    /// <summary>The description of a package.</summary>
    internal XDocument Description(string name)
    {
        using var package = ZipFile.OpenRead(Find(name, "nupkg"));
        using var stream = package.GetEntry(name + ".nuspec")!.Open();
        return XDocument.Load(stream);
    }

    private string Find(string name, string extension) => Path.Combine(Feed, $"{name}.{BuildMetadata.Of("Version")}.{extension}");
}
