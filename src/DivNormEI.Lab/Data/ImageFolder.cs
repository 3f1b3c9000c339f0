using System.Globalization;
using System.IO.Enumeration;
using System.Security.Cryptography;
using System.Text;

namespace DivNorm.Lab.Data;

/// <summary>A folder of images in classes: <c>train/CLASS/*</c> and <c>val/CLASS/*</c>, as ImageNet and many others are laid out.</summary>
public sealed class ImageFolder
{
    /// <summary>The file, beside <c>train</c>, that may give the classes names: id, tab, names separated by commas.</summary>
    public const string NamesFile = "words.txt";

    private ImageFolder(string directory, IReadOnlyList<string> classIds, IReadOnlyList<string> classNames, IReadOnlyList<SkippedFile> strays, IReadOnlyList<LabeledFile> train, IReadOnlyList<LabeledFile> validation)
    {
        (Directory, ClassIds, ClassNames, Strays, Train, Validation) = (directory, classIds, classNames, strays, train, validation);
        Identity = Checksum(Train.Concat(Validation), file => $"{file.Length}");
    }

    /// <summary>The folder.</summary>
    public string Directory { get; }

    /// <summary>Ids of the classes (names of their folders), in ordinal order: the order of the labels.</summary>
    public IReadOnlyList<string> ClassIds { get; }

    /// <summary>What people call the classes: the first name in <see cref="NamesFile"/>, or the id.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>What in the classes' folders is no image: other files, and links to folders, which are not followed.</summary>
    public IReadOnlyList<SkippedFile> Strays { get; }

    /// <summary>SHA-256 over classes, names and lengths of the files: equal for a copy of the folder.</summary>
    public string Identity { get; }

    internal IReadOnlyList<LabeledFile> Train { get; }

    internal IReadOnlyList<LabeledFile> Validation { get; }

    /// <summary>As <see cref="Identity"/> for some of the files, and the times at which they were written: changes whenever one is replaced.</summary>
    internal string Fingerprint(IEnumerable<LabeledFile> files) =>
        Checksum(files, file => string.Create(CultureInfo.InvariantCulture, $"{file.Length}\0{file.Written.Ticks}"));

    /// <summary>Lists a folder; no image is opened yet.</summary>
    /// <param name="directory">The folder that holds <c>train</c> and <c>val</c>.</param>
    /// <param name="classIds">The classes to take; null takes every folder in <c>train</c>.</param>
    /// <exception cref="UserInputException">The folder is missing or unreadable, or a class lacks training or validation images.</exception>
    public static ImageFolder Open(string directory, IReadOnlyList<string>? classIds = null) => Open(directory, classIds, "train", "val");

    /// <summary>Lists one part of a folder to evaluate on: <c>val/CLASS/*</c>, or <c>CLASS/*</c> where there is no <c>val</c>.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="classIds">The classes, each of which must be there.</param>
    /// <exception cref="UserInputException">The folder is missing or unreadable, or a class lacks images.</exception>
    public static ImageFolder OpenForEvaluation(string directory, IReadOnlyList<string> classIds) =>
        Open(directory, classIds, null, System.IO.Directory.Exists(Path.Combine(directory, "val")) ? "val" : ".");

    private static ImageFolder Open(string directory, IReadOnlyList<string>? classIds, string? train, string validation)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        if (!System.IO.Directory.Exists(directory))
        {
            throw new UserInputException(File.Exists(directory)
                ? $"Image folder {directory} is a file: give the folder that holds train and val (an archive must be extracted first)."
                : $"Image folder {directory} does not exist.");
        }

        try
        {
            foreach (string part in new[] { train, validation }.OfType<string>().Where(part => !System.IO.Directory.Exists(Path.Combine(directory, part))))
                throw new UserInputException($"Image folder {directory} has no folder {part}: images are looked for as train/CLASS/* and val/CLASS/*.");
            string[] ids = [.. classIds ?? Folders(Path.Combine(directory, train ?? validation))];
            if (ids.Length < 2)
                throw new UserInputException($"Image folder {directory} has {ids.Length} classes (folders in {train ?? validation}); two or more are needed.");
            var strays = new List<SkippedFile>();
            var training = train is null ? [] : List(directory, train, ids, strays);
            var validating = List(directory, validation, ids, strays);
            return new ImageFolder(directory, ids, Names(directory, ids), strays, training, validating);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserInputException($"Image folder {directory} cannot be read: {error.Message}", error);
        }
    }

    private static IEnumerable<string> Folders(string directory) =>
        System.IO.Directory.EnumerateDirectories(directory).Select(folder => Path.GetFileName(folder)).Where(name => name[0] != '.').Order(StringComparer.Ordinal);

    private static List<LabeledFile> List(string directory, string part, string[] ids, List<SkippedFile> strays)
    {
        string root = Path.Combine(directory, part);
        string[] missing = [.. ids.Where(id => !System.IO.Directory.Exists(Path.Combine(root, id)))];
        if (missing.Length > 0)
        {
            const int most = 3;
            string which = string.Join(", ", missing.Take(most)) + (missing.Length > most ? $" and {missing.Length - most} more" : "");
            throw new UserInputException($"Image folder {root} lacks {missing.Length} of {ids.Length} classes: {which}; give a class list (--classes) that fits the folder.");
        }

        var files = new List<LabeledFile>();
        for (int label = 0; label < ids.Length; label++)
        {
            int before = files.Count;
            foreach (var found in FilesBelow(Path.Combine(root, ids[label])).OrderBy(found => found.FullName, StringComparer.Ordinal))
            {
                if (found is not FileInfo file)
                    strays.Add(new SkippedFile(found.FullName, "a link to a folder"));
                else if (ImageFile.HasImageName(file.FullName))
                    files.Add(new LabeledFile(file.FullName, Path.GetRelativePath(directory, file.FullName).Replace('\\', '/'), label, file.Length, file.LastWriteTimeUtc));
                else
                    strays.Add(new SkippedFile(file.FullName, "not an image"));
            }

            if (files.Count == before)
                throw new UserInputException($"Image folder {Path.Combine(root, ids[label])} holds no image (.jpg, .jpeg, .png, .bmp or .webp).");
        }

        return files;
    }

    /// <summary>
    /// The files of a folder and its folders, hidden ones aside, and the links among them that lead to folders. Those are not followed: a link up the tree would
    /// bring the folder's files again and again, those of other classes among them.
    /// </summary>
    private static FileSystemEnumerable<FileSystemInfo> FilesBelow(string folder) => new(
        folder, (ref FileSystemEntry entry) => entry.ToFileSystemInfo(), new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = false })
    {
        ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory || IsLink(ref entry),
        ShouldRecursePredicate = (ref FileSystemEntry entry) => !IsLink(ref entry) && entry.FileName[0] != '.',
    };

    private static bool IsLink(ref FileSystemEntry entry) => entry.Attributes.HasFlag(FileAttributes.ReparsePoint);

    private static string[] Names(string directory, string[] ids)
    {
        string file = Path.Combine(directory, NamesFile);
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        if (File.Exists(file))
        {
            foreach (string[] parts in File.ReadLines(file).Select(line => line.Split('\t')).Where(parts => parts.Length > 1))
                names[parts[0].Trim()] = parts[1].Split(',')[0].Trim();
        }

        return [.. ids.Select(id => names.GetValueOrDefault(id, id))];
    }

    private string Checksum(IEnumerable<LabeledFile> files, Func<LabeledFile, string> what)
    {
        var text = new StringBuilder();
        text.AppendJoin('\0', ClassIds).Append('\n');
        foreach (var file in files)
            text.Append(file.Name).Append('\0').Append(file.Label).Append('\0').Append(what(file)).Append('\n');
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}

/// <summary>An image file of known class.</summary>
/// <param name="Path">The file.</param>
/// <param name="Name">Its path within the folder, with '/' between the parts.</param>
/// <param name="Label">Its class, from 0.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Written">When it was last written.</param>
internal sealed record LabeledFile(string Path, string Name, int Label, long Length, DateTime Written);
