using System.Runtime.InteropServices;
using Xunit;

namespace DivNorm.Lab.Tests.Packaging;

/// <summary>
/// A console project outside the repository that takes packages from their feed, from its own folder and, so that no registry is asked, from this
/// machine's package cache. The calling test is skipped where the cache lacks the native libtorch.
/// </summary>
internal sealed class ConsumerProject : IDisposable
{
    private readonly TemporaryFolder folder = new();

    internal ConsumerProject(Packages packages, Dictionary<string, string> references)
    {
        string native = "libtorch-cpu-" + RuntimeInformation.RuntimeIdentifier, cache = BuildMetadata.Of("NuGetPackageRoot");
        Assert.SkipUnless(Directory.Exists(Path.Combine(cache, native, BuildMetadata.Of("LibTorchVersion"))), $"needs {native} in the package cache");

        // libtorch is linked, not copied
        File.WriteAllText(this["consumer.csproj"], $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <UseCurrentRuntimeIdentifier>true</UseCurrentRuntimeIdentifier>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <RestoreSources>{packages.Feed};{folder.FullName}</RestoreSources>
                <RestorePackagesPath>{this["packages"]}</RestorePackagesPath>
                <RestoreFallbackFolders>{cache}</RestoreFallbackFolders>
                <CreateHardLinksForCopyLocalIfPossible>true</CreateHardLinksForCopyLocalIfPossible>
                <CreateHardLinksForCopyAdditionalFilesIfPossible>true</CreateHardLinksForCopyAdditionalFilesIfPossible>
              </PropertyGroup>
              <ItemGroup>
                {string.Concat(references.Select(reference => $"""<PackageReference Include="{reference.Key}" Version="{reference.Value}" />"""))}
              </ItemGroup>
            </Project>
            """);
    }

    internal string this[string name] => folder[name];

    /// <summary>Runs <c>dotnet</c> in its folder; it must succeed.</summary>
    /// <returns>What it wrote.</returns>
    internal string Run(params IReadOnlyList<string> arguments)
    {
        var (code, text) = DotNet.Run(folder.FullName, arguments);
        Assert.True(code == 0, text);
        return text;
    }

    public void Dispose() => folder.Dispose();
}
