using System.Text.Json;
using System.Text.Json.Nodes;
using DivNorm.Interop;
using DivNorm.Lab.Reporting;

namespace DivNorm.Lab.Experiments;

/// <summary>The output folder of an experiment: makes it, keeps the resolved configuration, and checks that a run to resume has the same.</summary>
internal static class OutputFolder
{
    /// <summary>Makes the folder and its parts, and writes config.json; without <paramref name="resume"/>, what earlier runs left to resume from goes.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="configText">The resolved configuration as JSON.</param>
    /// <param name="resume">Whether to go on from checkpoints.</param>
    /// <param name="parts">Folders to make in it; checkpoints are always one.</param>
    /// <param name="emptied">Folders to make and, as the checkpoints, to empty where the run does not resume.</param>
    /// <param name="free">Keys of the configuration that may differ between a run and the one that resumes it.</param>
    /// <exception cref="UserInputException">The folder cannot be made or written to, or holds a run of another configuration to resume.</exception>
    public static void Prepare(
        string folder, string configText, bool resume, IReadOnlyList<string> parts, IReadOnlyList<string>? emptied = null, IReadOnlyList<string>? free = null)
    {
        string configFile = Path.Combine(folder, "config.json");
        string[] toResumeFrom = ["checkpoints", .. emptied ?? []];
        try
        {
            if (resume && File.Exists(configFile))
                CheckSameConfig(configFile, configText, free ?? []);
            foreach (string part in parts.Concat(toResumeFrom))
                Directory.CreateDirectory(Path.Combine(folder, part));
            if (!resume)
            {
                foreach (string stale in toResumeFrom.SelectMany(part => Directory.EnumerateFiles(Path.Combine(folder, part))))
                    File.Delete(stale); // an interrupted run must not resume from an earlier one
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UserInputException($"{folder}: the output folder cannot be made or written to ({error.Message}); choose another --out.", error);
        }

        AtomicFile.WriteAllText(configFile, configText + "\n");
    }

    /// <summary>A configuration without some of its keys: what of it must be equal for a run to be resumed.</summary>
    /// <param name="configText">The configuration as JSON.</param>
    /// <param name="free">The keys.</param>
    /// <exception cref="JsonException">The text is no JSON object.</exception>
    public static string Without(string configText, IReadOnlyList<string> free)
    {
        var rest = JsonNode.Parse(configText) as JsonObject ?? throw new JsonException("A configuration is a JSON object.");
        foreach (string key in free)
            rest.Remove(key);
        return JsonResults.Serialize(rest).TrimEnd();
    }

    private static void CheckSameConfig(string configFile, string configText, IReadOnlyList<string> free)
    {
        JsonObject? theirs = null;
        try
        {
            theirs = JsonNode.Parse(File.ReadAllText(configFile)) as JsonObject;
        }
        catch (JsonException)
        {
            // not a configuration of ours: reported below
        }

        if (theirs is null)
            throw new UserInputException($"{configFile}: not the configuration of a run; delete it or choose another --out.");
        foreach (var (key, value) in JsonNode.Parse(configText)!.AsObject())
        {
            if (!free.Contains(key) && !JsonNode.DeepEquals(value, theirs[key]))
                throw new UserInputException($"{configFile}: the run to resume has {key} {theirs[key]?.ToJsonString() ?? "unset"}, this one {value?.ToJsonString()}; resume with the same options, or choose another --out.");
        }
    }
}
