using System.Security.Cryptography;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace DivNorm.Build;

/// <summary>
/// The build step: where this machine's libstdc++ is older than TorchSharp's native library wants, puts a mended copy of that
/// library (<see cref="IostreamsImport"/>) in the project's intermediate folder, for the build to take instead of the package's.
/// Nothing else is written: the package's file is only read.
/// </summary>
public sealed class MendLibTorchSharp : Microsoft.Build.Utilities.Task
{
    private readonly List<ITaskItem> _replaced = [];
    private readonly List<ITaskItem> _mended = [];
    private readonly StandardLibraryFinder _finder;

    /// <summary>The step as MSBuild makes it.</summary>
    public MendLibTorchSharp()
        : this(StandardLibraryFinder.OfThisMachine())
    {
    }

    /// <summary>The step with another view of the machine.</summary>
    /// <param name="finder">Finds the C++ standard libraries to suit.</param>
    public MendLibTorchSharp(StandardLibraryFinder finder) => _finder = finder;

    /// <summary>The native libraries that the build is about to copy.</summary>
    [Required]
    public ITaskItem[] Libraries { get; set; } = [];

    /// <summary>Full path of the folder for mended copies, inside the project's intermediate folder.</summary>
    [Required]
    public string Folder { get; set; } = "";

    /// <summary>Mends whatever this machine has: for an output that will run on an older one.</summary>
    public bool Always { get; set; }

    /// <summary>Those of <see cref="Libraries"/> that have a mended copy.</summary>
    [Output]
    public ITaskItem[] Replaced => [.. _replaced];

    /// <summary>The mended copies, with all metadata of the items that they replace.</summary>
    [Output]
    public ITaskItem[] Mended => [.. _mended];

    /// <inheritdoc/>
    public override bool Execute()
    {
        if (!Always && !IsNeededHere())
            return true;
        foreach (ITaskItem library in Libraries)
        {
            try
            {
                MendOne(library);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                Log.LogError($"DivNormEI: {library.ItemSpec} cannot be made ready for this machine's C++ library: {failure.Message}");
            }
        }
        return !Log.HasLoggedErrors;
    }

    private bool IsNeededHere()
    {
        IReadOnlyList<StandardLibrary> found = _finder.Find();
        if (found.Count == 0)
        {
            Log.LogWarning(null, "DIVNORMEI001", null, null, 0, 0, 0, 0,
                $"No {IostreamsImport.StandardLibrary} was found on this machine; TorchSharp needs one (package libstdc++6 on Debian and Ubuntu, libstdc++ on Red Hat and Alpine). Its native library is prepared for one of any age.");
            return true;
        }
        return found.Any(library => !library.Offers);
    }

    private void MendOne(ITaskItem library)
    {
        string source = library.GetMetadata("FullPath");
        MendResult result = IostreamsImport.Mend(File.ReadAllBytes(source));
        if (result.Outcome == MendOutcome.Unrecognised)
        {
            Log.LogWarning(null, "DIVNORMEI002", null, null, 0, 0, 0, 0,
                $"{source} is not the library that this step knows, and stays as it is: {result.Why}. It may not load beside this machine's {IostreamsImport.StandardLibrary}, which lacks {IostreamsImport.Version}; if so, take the TorchSharp version that DivNormEI was built with, or install libstdc++ of GCC 13 or newer.");
        }
        if (result.Bytes is null)
            return;

        string copy = Path.Combine(Folder, FolderNameOf(source), Path.GetFileName(source));
        if (WriteIfDifferent(copy, result.Bytes))
            Log.LogMessage(MessageImportance.Normal, $"DivNormEI: {Path.GetFileName(source)} asks for {IostreamsImport.Version}; the build takes a copy that loads without it: {copy}");
        TaskItem item = new(copy);
        library.CopyMetadataTo(item);
        _replaced.Add(library);
        _mended.Add(item);
    }

    // Libraries of one name from several packages get a folder each.
    private static string FolderNameOf(string source) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(source)))[..8];

    // An unchanged file keeps its time, so that the copy step after this one has nothing to do; a new one appears whole or not at all,
    // and under a new inode, so that no other name of an older file changes with it.
    private static bool WriteIfDifferent(string path, byte[] bytes)
    {
        if (File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(bytes))
            return false;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string partial = $"{path}.{Guid.NewGuid():n}.tmp";
        try
        {
            using (FileStream stream = new(partial, FileMode.CreateNew, FileAccess.Write))
            {
                stream.Write(bytes);
                stream.Flush(flushToDisk: true);
            }
            File.Move(partial, path, overwrite: true);
        }
        finally
        {
            File.Delete(partial);
        }
        return true;
    }
}
