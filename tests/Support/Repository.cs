using Xunit;

namespace DivNorm.Tests;

/// <summary>The checkout that the tests were built in.</summary>
internal static class Repository
{
    private static readonly string? Found = Find();

    /// <summary>Its folder: the nearest above the tests that holds the solution.</summary>
    /// <exception cref="DirectoryNotFoundException">The tests run away from it.</exception>
    internal static string Folder => Found ?? throw new DirectoryNotFoundException($"DivNormEI.slnx is in no folder above {AppContext.BaseDirectory}");

    /// <summary>A file of the checkout; the calling test is skipped where the tests run away from it.</summary>
    internal static string PathOrSkip(string relative)
    {
        Assert.SkipWhen(Found is null, $"needs {relative} of the checkout that the tests were built in");
        return Path.Combine(Folder, relative);
    }

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DivNormEI.slnx")))
                return folder.FullName;
        }

        return null;
    }
}
