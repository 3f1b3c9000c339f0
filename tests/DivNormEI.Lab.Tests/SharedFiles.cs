using Xunit;

namespace DivNorm.Lab.Tests;

/// <summary>Reference data that lie beside a checkout and are no part of it: a test that needs them skips where they are missing.</summary>
internal static class SharedFiles
{
    /// <summary>The path of a file under the folder <c>shared</c> beside the checkout, or a skipped test.</summary>
    internal static string Find(string relative)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "shared", relative);
            if (File.Exists(path))
                return path;
        }

        Assert.Skip($"shared/{relative} is not beside this checkout.");
        return relative;
    }
}
