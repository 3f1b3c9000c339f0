using Xunit;

namespace DivNorm.Tests;

/// <summary>The folder of reference data that may lie beside the checkout, or beside one of its parents.</summary>
internal static class SharedFolder
{
    /// <summary>A file or folder in it; the calling test is skipped where it is missing.</summary>
    internal static string PathOrSkip(string relative)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "shared", relative);
            if (Path.Exists(path))
                return path;
        }

        Assert.Skip($"needs shared/{relative} beside the checkout");
        return "";
    }
}
