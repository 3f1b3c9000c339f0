namespace DivNorm.Layers;

/// <summary>Names that someone who wrote another one may have meant.</summary>
internal static class NearNames
{
    /// <summary>The nearest names first, by the number of letters to change.</summary>
    public static IEnumerable<string> Of(string name, IEnumerable<string> names) => names.OrderBy(known => Distance(name, known));

    /// <summary>Letters to put in, take out or change on the way from one name to the other (Levenshtein).</summary>
    private static int Distance(string from, string to)
    {
        int[] row = [.. Enumerable.Range(0, to.Length + 1)];
        for (int i = 1; i <= from.Length; i++)
        {
            (int diagonal, row[0]) = (row[0], i);
            for (int j = 1; j <= to.Length; j++)
            {
                int changed = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(changed, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[^1];
    }
}
