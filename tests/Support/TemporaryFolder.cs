namespace DivNorm.Tests;

/// <summary>A new empty folder, removed with all it holds at the end of a test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("divnorm-test-");

    internal string FullName => folder.FullName;

    internal IEnumerable<string> FileNames => folder.EnumerateFileSystemInfos().Select(info => info.Name).Order();

    internal string this[string name] => Path.Combine(folder.FullName, name);

    /// <summary>A path below the folder, its parent folders made.</summary>
    internal string At(params string[] parts)
    {
        string path = Path.Combine([FullName, .. parts]);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    public void Dispose() => folder.Delete(recursive: true);
}
