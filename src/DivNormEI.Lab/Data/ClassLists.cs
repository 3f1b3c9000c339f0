namespace DivNorm.Lab.Data;

/// <summary>Lists of class ids: the project's own by name, or a file's.</summary>
public static class ClassLists
{
    private const string Prefix = "Data.Classes.";

    /// <summary>
    /// The lists that the project carries: <c>imagenet-100</c> (as standardised by Tian, Krishnan and Isola 2020) and <c>tiny-imagenet-20</c>
    /// (every tenth class of Tiny-ImageNet).
    /// </summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. typeof(ClassLists).Assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).Select(n => n[Prefix.Length..^".txt".Length]).Order(StringComparer.Ordinal)];

    /// <summary>Reads a list: one id a line; what follows a tab or space, empty lines and lines that start with # are left out.</summary>
    /// <param name="nameOrFile">One of <see cref="Names"/>, or a file.</param>
    /// <returns>The ids, each once, in ordinal order.</returns>
    /// <exception cref="UserInputException">There is no such list or file, or it holds fewer than two ids, or one twice.</exception>
    public static IReadOnlyList<string> Read(string nameOrFile)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrFile);
        string[] ids = [.. Lines(nameOrFile).Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split([' ', '\t'])[0]).Order(StringComparer.Ordinal)];
        if (ids.Length < 2)
            throw new UserInputException($"Class list {nameOrFile} holds {ids.Length} ids; it needs two or more, one a line.");
        if (ids.Zip(ids.Skip(1)).FirstOrDefault(pair => pair.First == pair.Second) is { First: not null } twice)
            throw new UserInputException($"Class list {nameOrFile} names {twice.First} twice.");
        return ids;
    }

    private static string[] Lines(string nameOrFile)
    {
        if (Names.Contains(nameOrFile))
        {
            using var reader = new StreamReader(typeof(ClassLists).Assembly.GetManifestResourceStream($"{Prefix}{nameOrFile}.txt")!);
            return reader.ReadToEnd().Split('\n');
        }

        try
        {
            const long largest = 1 << 20;
            if (new FileInfo(nameOrFile) is { Exists: true, Length: > largest })
                throw new UserInputException($"Class list {nameOrFile} is larger than 1 MB; it holds one id a line.");
            return File.ReadAllLines(nameOrFile);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UserInputException($"Class list {nameOrFile} cannot be read ({error.Message}); give a file or one of {string.Join(", ", Names)}.", error);
        }
    }
}
