using Xunit;

namespace DivNorm.Tests;

/// <summary>The checkout that the tests were built in.</summary>
internal static class Repository
{
    /// <summary>A file of the checkout; the calling test is skipped where the tests run away from it.</summary>
    internal static string PathOrSkip(string relative)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DivNormEI.slnx")))
                return Path.Combine(folder.FullName, relative);
        }

        Assert.Skip($"needs {relative} of the checkout that the tests were built in");
        return "";
    }
}
