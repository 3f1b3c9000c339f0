using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using DivNorm.Lab.Tests.Documentation;
using Xunit;

namespace DivNorm.Lab.Tests.Packaging;

/// <summary>The packages hold what they should, and serve a project outside the repository. The tool is tried by .ci/pack-check.</summary>
public sealed class PackageTests(Packages packages) : IClassFixture<Packages>
{
    [Theory]
    [InlineData("DivNormEI", "runtime.json", "buildTransitive/DivNormEI.targets", "buildTransitive/DivNormEI.Build.dll")]
    [InlineData("DivNormEI.Lab", "licenses/Inter-OFL.txt")]
    public void Package_HoldsAssemblyDocumentationReadmeLicenceAndSymbols_AndNothingElse(string name, params string[] others)
    {
        string[] bookkeeping = ["_rels/.rels", "[Content_Types].xml", "package/services/metadata/core-properties/nuget.psmdcp", name + ".nuspec"];
        string[] wanted = [.. others, "README.md", "LICENSE", $"lib/net10.0/{name}.dll", $"lib/net10.0/{name}.xml"];
        Assert.Equal(wanted.Order(), packages.Files(name).Except(bookkeeping).Order());
        Assert.Equal([$"lib/net10.0/{name}.pdb"], packages.Files(name, "snupkg").Except(bookkeeping));
    }

    [Theory]
    [InlineData("DivNormEI")]
    [InlineData("DivNormEI.Lab")]
    public void Description_NamesReadmeAndLicence_AsksForNoNativeLibtorch_AndPointsNowhere(string name)
    {
        var metadata = packages.Description(name).Root!.Elements().Single();
        string? Value(string element) => metadata.Elements().SingleOrDefault(e => e.Name.LocalName == element)?.Value;
        Assert.Equal(("README.md", "MIT"), (Value("readme"), Value("license")));
        Assert.All((string[])["description", "authors", "tags"], element => Assert.NotEmpty(Value(element)!));
        Assert.All((string[])["projectUrl", "iconUrl", "icon"], element => Assert.Null(Value(element)));
        Assert.DoesNotContain(metadata.Descendants().SelectMany(e => e.Attributes()), attribute => attribute.Name.LocalName == "url");
        string[] needs = [.. metadata.Descendants().Where(e => e.Name.LocalName == "dependency").Select(e => e.Attribute("id")!.Value)];
        Assert.Contains("TorchSharp", needs);
        Assert.DoesNotContain(needs, id => id.StartsWith("libtorch", StringComparison.Ordinal) || id.StartsWith("Microsoft.", StringComparison.Ordinal));
    }

    [Fact]
    public void Packages_OfTheSameBuild_AreTheSameBytes()
    {
        using var folder = new TemporaryFolder();
        Packages.Pack(folder.FullName);
        Assert.Equal(4, folder.FileNames.Count());
        Assert.All(folder.FileNames, name => Assert.Equal(File.ReadAllBytes(Path.Combine(packages.Feed, name)), File.ReadAllBytes(folder[name])));
    }

    [Fact]
    public void NativeLibtorch_ThatComesAlong_IsTheOneThatIsTestedHere()
    {
        var runtimes = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Folder, "src", "DivNormEI", "runtime.json")))!["runtimes"]!.AsObject();
        Assert.Equal(["linux-x64", "osx-arm64", "win-x64"], runtimes.Select(runtime => runtime.Key).Order());
        Assert.All(runtimes, runtime =>
        {
            var (id, version) = Assert.Single(runtime.Value!["DivNormEI"]!.AsObject());
            Assert.Equal(("libtorch-cpu-" + runtime.Key, BuildMetadata.Of("LibTorchVersion")), (id, version!.GetValue<string>()));
        });
    }

    [Fact]
    public void ProgramOfTheReadme_RunsInAProjectOfItsOwn_WithOnePackageReference()
    {
        using var consumer = new ConsumerProject(packages, new() { ["DivNormEI"] = BuildMetadata.Of("Version") });
        File.WriteAllText(consumer["Program.cs"], DocumentedProgram.Of("README.md", File.ReadAllText(Path.Combine(Repository.Folder, "README.md")))[0].Code);
        consumer.Run("build", "-o", "out");
        Assert.StartsWith("[8x64x56x56]", consumer.Run(Path.Combine("out", "consumer.dll")), StringComparison.Ordinal);
    }

    [Fact]
    public void CudaPackage_KeepsTheNativeLibtorchForCpusOut()
    {
        const string cuda = "libtorch-cuda-0.0-of-a-test";
        using var consumer = new ConsumerProject(packages, new() { ["DivNormEI"] = BuildMetadata.Of("Version"), [cuda] = "1.0.0" });
        using (var package = ZipFile.Open(consumer[cuda + ".1.0.0.nupkg"], ZipArchiveMode.Create))
        {
            Write(cuda + ".nuspec", $"""
                <package><metadata><id>{cuda}</id><version>1.0.0</version><authors>test</authors><description>test</description></metadata></package>
                """);
            Write($"runtimes/{RuntimeInformation.RuntimeIdentifier}/native/libtorch.so", "");

            void Write(string name, string text)
            {
                using var writer = new StreamWriter(package.CreateEntry(name).Open());
                writer.Write(text);
            }
        }

        var natives = JsonNode.Parse(consumer.Run("msbuild", "-restore", "-t:ResolvePackageAssets", "-getItem:NativeCopyLocalItems"))!["Items"]!["NativeCopyLocalItems"]!.AsArray()
            .Select(item => item!["NuGetPackageId"]!.GetValue<string>()).ToList();
        Assert.Contains(cuda, natives);
        Assert.DoesNotContain(natives, id => id.StartsWith("libtorch-cpu", StringComparison.Ordinal));
    }
}
