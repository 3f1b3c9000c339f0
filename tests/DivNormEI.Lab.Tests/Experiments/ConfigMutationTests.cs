using System.Text;
using DivNorm.Lab.Experiments;
using DivNorm.Lab.Experiments.Comparison;
using DivNorm.Lab.Experiments.Contrast;
using DivNorm.Lab.Experiments.Recognition;
using DivNorm.Lab.Reporting;
using Xunit;

namespace DivNorm.Lab.Tests.Experiments;

/// <summary>Damaged copies of valid configurations: each is valid or refused in one line, and none costs more than its size warrants.</summary>
public sealed class ConfigMutationTests
{
    private const int Mutations = 10_000;
    private const long MostBytes = 64L << 20;

    private static readonly byte[][] Tokens = Mutation.Tokens(
        "0", "-1", "9", "1e999", "-1e-999", "99999999999999999999", "9223372036854775807", "2147483648", "0.5", "NaN", "[", "]", "{", "}", ",", ":", "\"", "\\u0000",
        "\\ud800", "\\n", "null", "true", "\"a\"", "[null]", "[[]]", "{\"a\":1}", "\"crops\":1,", "\"Crops\":1,", "[[[[[[[[[[[[[[[[[[[[", "//", "/*", " ", "\n", "\"constant\"", "\"\"");

    [Fact]
    public void DamagedConfiguration_IsValidOrRefused_NeverAnythingElse()
    {
        var random = new Random(20260103);
        (byte[] Valid, Action<string> Read)[] kinds =
        [
            Kind(new ContrastConfig(), (config, name) => config.Validate(name)),
            Kind(new ComparisonConfig(), (config, name) => config.Validate(name)),
            Kind(new RecognitionConfig(), (config, name) => config.Validate(name)),
        ];
        var refused = 0;
        for (var i = 0; i < Mutations; i++)
        {
            var (valid, read) = kinds[i % kinds.Length];
            var bytes = (i / kinds.Length % 4) switch
            {
                0 => Mutation.FlipBits(valid, random),
                1 => valid[..random.Next(valid.Length)],
                _ => Mutation.Edit(valid, Tokens, random),
            };
            var text = Encoding.UTF8.GetString(bytes);
            var before = GC.GetAllocatedBytesForCurrentThread();
            refused += IsRefused(text, read) ? 1 : 0;
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
        }

        // Both ways out must have been taken for the test to mean anything.
        Assert.InRange(refused, Mutations / 2, Mutations - 200);
    }

    /// <summary>A configuration's defaults as text, and how text of its kind is read.</summary>
    private static (byte[] Valid, Action<string> Read) Kind<T>(T defaults, Action<T, string> validate)
        where T : notnull =>
        (Encoding.UTF8.GetBytes(JsonResults.Serialize(defaults)), text => validate(ConfigFile.Parse(text, "bad.json", defaults), "bad.json"));

    private static bool IsRefused(string text, Action<string> read)
    {
        try
        {
            read(text);
            return false;
        }
        catch (UserInputException error)
        {
            Assert.StartsWith("bad.json: ", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
            return true;
        }
        catch (Exception error) when (error is not Xunit.Sdk.XunitException)
        {
            throw new InvalidOperationException($"{error.GetType()}: {error.Message}\n{text}", error);
        }
    }
}
