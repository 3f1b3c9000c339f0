using System.Globalization;
using System.Text;
using CsCheck;
using DivNorm.Lab.Reporting;
using Xunit;

namespace DivNorm.Lab.Tests.Reporting;

public sealed class CsvTableTests
{
    [Fact]
    public void Csv_IsAsRfc4180Says() => Assert.Equal(
        "name,value\r\n\"a,b\",0.1\r\n\"say \"\"hi\"\"\",\r\n\"two\nlines\",-Infinity\r\n\" x\",true\r\n",
        new CsvTable("name", "value").Add("a,b", 0.1).Add("say \"hi\"", double.NaN).Add("two\nlines", double.NegativeInfinity).Add(" x", true).ToCsv());

    [Fact]
    public void Numbers_ComeBackToTheSameBits() => Gen.Select(Gen.Double, Gen.Float).Sample((d, f) =>
    {
        var row = Parse(new CsvTable("d", "f").Add(d, f).ToCsv())[1];
        if (double.IsNaN(d))
            Assert.Equal("", row[0]);
        else
            Assert.Equal(BitConverter.DoubleToInt64Bits(d), BitConverter.DoubleToInt64Bits(double.Parse(row[0], CultureInfo.InvariantCulture)));
        if (float.IsNaN(f))
            Assert.Equal("", row[1]);
        else
            Assert.Equal(BitConverter.SingleToInt32Bits(f), BitConverter.SingleToInt32Bits(float.Parse(row[1], CultureInfo.InvariantCulture)));
    });

    [Fact]
    public void Texts_ComeBackWhole() => Gen.String[Gen.Char["ab,\"\r\n ;é"], 0, 8].Array[1, 4].List[1, 5].Sample(rows =>
    {
        int columns = rows.Max(r => r.Length);
        var table = new CsvTable([.. Enumerable.Range(0, columns).Select(i => $"c{i}")]);
        string[][] full = [.. rows.Select(r => (string[])[.. r, .. Enumerable.Repeat("", columns - r.Length)])];
        foreach (string[] row in full)
            table.Add([.. row]);
        Assert.Equal(full.Length, table.RowCount);
        Assert.Equal(full, Parse(table.ToCsv()).Skip(1));
    });

    [Fact]
    public void WrongShapes_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => new CsvTable());
        Assert.Throws<ArgumentException>(() => new CsvTable("a", "a"));
        Assert.Throws<ArgumentException>(() => new CsvTable("a", "b").Add(1));
    }

    /// <summary>A reader of RFC 4180 of its own, one character at a time.</summary>
    private static List<string[]> Parse(string csv)
    {
        var rows = new List<string[]>();
        var row = new List<string>();
        var field = new StringBuilder();
        bool quoted = false;
        for (int i = 0; i < csv.Length; i++)
        {
            if (quoted && csv[i] == '"' && i + 1 < csv.Length && csv[i + 1] == '"')
                field.Append(csv[++i]);
            else if (csv[i] == '"')
                quoted = !quoted;
            else if (!quoted && csv[i] is ',' or '\r' && !quoted)
            {
                row.Add(field.ToString());
                field.Clear();
                if (csv[i] == ',')
                    continue;
                Assert.Equal('\n', csv[++i]);
                rows.Add([.. row]);
                row.Clear();
            }
            else
                field.Append(csv[i]);
        }

        Assert.False(quoted);
        Assert.Empty(row);
        return rows;
    }
}
