namespace DivNorm.Lab.Tests;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    internal string Root { get; } = Directory.CreateTempSubdirectory("divnormei-").FullName;

    public void Dispose() => Directory.Delete(Root, recursive: true);

    /// <summary>A path below the folder, its parent folders made.</summary>
    internal string At(params string[] parts)
    {
        string path = Path.Combine([Root, .. parts]);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }
}
