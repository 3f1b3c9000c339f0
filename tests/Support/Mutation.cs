using System.Text;

namespace DivNorm.Tests;

/// <summary>Damage to valid bytes.</summary>
internal static class Mutation
{
    /// <summary>One to three bits turned.</summary>
    internal static byte[] FlipBits(byte[] source, Random random)
    {
        var bytes = (byte[])source.Clone();
        for (var flips = random.Next(1, 4); flips > 0; flips--)
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
        return bytes;
    }

    /// <summary>Texts for <see cref="Edit"/>.</summary>
    internal static byte[][] Tokens(params string[] texts) => Array.ConvertAll(texts, Encoding.UTF8.GetBytes);

    /// <summary>In one to three places a few bytes cut and, two times of three, a token put there.</summary>
    internal static byte[] Edit(byte[] source, byte[][] tokens, Random random)
    {
        var bytes = new List<byte>(source);
        for (var edits = random.Next(1, 4); edits > 0; edits--)
        {
            var start = random.Next(bytes.Count);
            bytes.RemoveRange(start, Math.Min(random.Next(4), bytes.Count - start));
            if (random.Next(3) > 0)
                bytes.InsertRange(start, tokens[random.Next(tokens.Length)]);
        }

        return [.. bytes];
    }
}
