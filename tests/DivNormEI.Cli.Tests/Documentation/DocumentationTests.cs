using DivNorm.Tests;
using Xunit;

namespace DivNorm.Cli.Tests.Documentation;

/// <summary>README.md, docs/ and bench/results.md: links lead somewhere, every page and picture is reached, every command and option has its place.</summary>
public sealed class DocumentationTests
{
    [Fact]
    public void Links_LeadToAFileAndAHeadingThatAreThere()
    {
        var pages = Pages();
        var broken = new List<string>();
        foreach (var page in pages.Values)
        {
            foreach (var (line, target) in page.Links.Where(link => !link.Target.Contains("://", StringComparison.Ordinal)))
            {
                string path = page.Resolve(target), anchor = target.Contains('#', StringComparison.Ordinal) ? target.Split('#')[1] : "";
                string file = Path.Combine(Repository.PathOrSkip("."), path);
                if (!File.Exists(file) && !Directory.Exists(file))
                    broken.Add($"{page.Path}({line}): {target}: there is no {path}");
                else if (anchor.Length > 0 && !(pages.TryGetValue(path, out var other) && other.Anchors.Contains(anchor)))
                    broken.Add($"{page.Path}({line}): {target}: {path} has no heading for '{anchor}'");
            }
        }

        Assert.True(broken.Count == 0, string.Join('\n', broken));
    }

    [Fact]
    public void Pages_AreListedInTheIndexOfTheirFolder_AndTheIndexesInTheIndex()
    {
        var pages = Pages();
        var lost = new List<string>();
        foreach (string path in pages.Keys.Where(path => path.StartsWith("docs/", StringComparison.Ordinal) && path != "docs/README.md"))
        {
            string folder = Path.GetDirectoryName(path)!.Replace('\\', '/');
            string index = path.EndsWith("/README.md", StringComparison.Ordinal) ? "docs/README.md" : $"{folder}/README.md";
            if (!Targets(pages[index]).Contains(path))
                lost.Add($"{index} does not link to {path}");
        }

        Assert.Contains("docs/README.md", Targets(pages["README.md"]));
        Assert.True(lost.Count == 0, string.Join('\n', lost));
    }

    [Fact]
    public void Pictures_AreOnAPage()
    {
        var used = Pages().Values.SelectMany(Targets).ToHashSet();
        string root = Repository.PathOrSkip(".");
        var unused = Directory.EnumerateFiles(Path.Combine(root, "docs", "images"), "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(root, file).Replace('\\', '/')).Where(file => !used.Contains(file));
        Assert.Empty(unused);
    }

    [Fact]
    public void Commands_HaveAPageWithEachOfTheirOptions_AndALineInTheIndex()
    {
        var pages = Pages();
        var missing = new List<string>();
        var index = pages["docs/commands/README.md"];
        foreach (var command in CommandHelp.All())
        {
            // a page, or a section of the page of its group
            var page = pages.Values.FirstOrDefault(page => page.Path.StartsWith("docs/commands/", StringComparison.Ordinal)
                && page.Headings.Any(heading => heading.StartsWith($"`divnormei {command.Name}", StringComparison.Ordinal)));
            if (page is null)
            {
                missing.Add($"no page in docs/commands has the heading `divnormei {command.Name}`");
                continue;
            }

            if (!index.Text.Contains($"`{command.Name}`", StringComparison.Ordinal))
                missing.Add($"{index.Path} does not name `{command.Name}`");
            missing.AddRange(command.Options.Where(option => !page.Text.Contains(option, StringComparison.Ordinal))
                .Select(option => $"{page.Path} does not say what {option} of {command.Name} is"));
        }

        Assert.True(missing.Count == 0, string.Join('\n', missing));
    }

    [Fact]
    public void Page_KnowsLinksFromCode_AndAnchorsAsGitHubFormsThem()
    {
        var page = new MarkdownPage("docs/commands/page.md", """
            # `divnormei bench layer` ([why](x.md#y)), F1/F0
            [one](../other.md#a-b) `[no](link.md)` ![two](images/p.png)
            ```
            # no heading
            [no](link.md)
            ```
            ## Twice
            ## Twice
            [here](#twice)
            """);
        Assert.Equal([(1, "x.md#y"), (2, "../other.md#a-b"), (2, "images/p.png"), (9, "#twice")], page.Links);
        Assert.Equal(["divnormei-bench-layer-why-f1f0", "twice", "twice-1"], page.Anchors.Order());
        Assert.Equal("docs/other.md", page.Resolve("../other.md#a-b"));
        Assert.Equal("docs/commands/page.md", page.Resolve("#twice"));
        Assert.Equal("README.md", page.Resolve("../../README.md"));
    }

    private static IEnumerable<string> Targets(MarkdownPage page) =>
        page.Links.Where(link => !link.Target.Contains("://", StringComparison.Ordinal)).Select(link => page.Resolve(link.Target));

    /// <summary>By their paths.</summary>
    private static Dictionary<string, MarkdownPage> Pages()
    {
        string root = Repository.PathOrSkip(".");
        return Directory.EnumerateFiles(Path.Combine(root, "docs"), "*.md", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(root, "*.md"))
            .Append(Path.Combine(root, "bench", "results.md"))
            .Select(file => new MarkdownPage(Path.GetRelativePath(root, file).Replace('\\', '/'), File.ReadAllText(file)))
            .ToDictionary(page => page.Path);
    }
}
