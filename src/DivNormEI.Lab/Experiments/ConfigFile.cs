using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace DivNorm.Lab.Experiments;

/// <summary>Reads an experiment's JSON configuration over its defaults; every mistake is one line that names file and key.</summary>
internal static class ConfigFile
{
    private const long LargestFile = 1 << 20;

    /// <summary>The defaults with what the file says in their place.</summary>
    /// <typeparam name="T">The configuration record.</typeparam>
    /// <param name="path">A JSON object with any of the record's keys; comments and trailing commas are allowed.</param>
    /// <param name="defaults">What holds where the file is silent.</param>
    /// <param name="type">How the record is written as JSON.</param>
    /// <exception cref="UserInputException">The file is missing or no such object, or has an unknown key or a value of the wrong kind.</exception>
    public static T Read<T>(string path, T defaults, JsonTypeInfo<T> type)
        where T : notnull
    {
        string text;
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > LargestFile })
                throw new UserInputException($"{path}: larger than 1 MB; a configuration is a small JSON object.");
            text = File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UserInputException($"{path}: the configuration cannot be read: {(Directory.Exists(path) ? "it is a folder" : error.Message)}", error);
        }

        return Parse(text, path, defaults, type);
    }

    /// <summary>As <see cref="Read"/>, from text.</summary>
    /// <typeparam name="T">The configuration record.</typeparam>
    /// <param name="text">The JSON text.</param>
    /// <param name="name">What errors call the text.</param>
    /// <param name="defaults">What holds where the text is silent.</param>
    /// <param name="type">How the record is written as JSON.</param>
    /// <exception cref="UserInputException">As in <see cref="Read"/>.</exception>
    public static T Parse<T>(string text, string name, T defaults, JsonTypeInfo<T> type)
        where T : notnull
    {
        try
        {
            var options = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 16 };
            if (JsonNode.Parse(text, documentOptions: options) is not JsonObject given)
                throw new UserInputException($"{name}: a configuration is a JSON object, such as {{ \"crops\": 9600 }}.");
            var merged = JsonSerializer.SerializeToNode(defaults, type)!.AsObject();
            foreach (var (key, value) in given.ToList())
            {
                if (!merged.ContainsKey(key))
                    throw new UserInputException($"{name}: unknown key '{key}'; the keys are {string.Join(", ", merged.Select(p => p.Key))}.");
                merged[key] = value?.DeepClone();
            }

            return merged.Deserialize(type) ?? throw new UserInputException($"{name}: the configuration is null.");
        }
        catch (JsonException error)
        {
            string key = error.Path is null or "$" ? string.Empty : $" (key {error.Path.TrimStart('$', '.')})";
            throw new UserInputException($"{name}: not a valid configuration{key}: {FirstSentence(error.Message)}", error);
        }
        catch (InvalidOperationException error)
        {
            throw new UserInputException($"{name}: not a valid configuration: a text is not valid Unicode.", error); // half a surrogate pair, written as an escape
        }
        catch (ArgumentException error)
        {
            throw new UserInputException($"{name}: not a valid configuration: {FirstSentence(error.Message)}", error); // a key that stands twice
        }
    }

    private static string FirstSentence(string message) => message.Split(" Path:")[0].ReplaceLineEndings(" ");
}
