using System.Globalization;
using System.Text;
using DivNorm.Lab.Data;
using Xunit;

namespace DivNorm.Lab.Tests.Data;

public sealed class CurveFileTests
{
    private const string Header = "unit,contrast,orientation_deg,response\n";

    [Theory]
    [InlineData("unit,contrast,orientation_deg,response\na,0.5,30,1.5\na,0.5,-150,2\n")]
    [InlineData("Response;orientation_deg ;UNIT;contrast\r\n1.5;30;a;0.5\r\n2;-150;a;.5\r\n\r\n")]
    [InlineData("contrast\torientation_deg\tunit\tresponse\n5e-1\t30\ta\t1.5\n0.5\t210\ta\t2")]
    [InlineData("\"unit\",\"depth, um\",contrast,orientation_deg,response\n\"a\",\"1,5\",0.5,30,1.5\n\"a\",,0.5,210,2\n")]
    public void SameCurve_IsRead_FromEveryDialect(string text)
    {
        // -150 and 210 degrees are 30: the other direction of one orientation, refused without a trial.
        var error = Assert.Throws<UserInputException>(() => Read(text));
        Assert.Contains("line 3: unit a, contrast 0.5, orientation 30 stand on line 2 already", error.Message, StringComparison.Ordinal);
        RecordedCurves curves = Read(text.Replace("-150", "-120", StringComparison.Ordinal).Replace("210", "60", StringComparison.Ordinal));
        RecordedCurve curve = Assert.Single(Assert.Single(curves.Units).Curves);
        Assert.Equal(0.5, curve.Contrast);
        Assert.Equal([30, 60], curve.Orientations);
        Assert.Equal([1.5, 2], curve.Means);
        Assert.Equal(2, curves.Rows);
    }

    [Fact]
    public void UnitsKeepTheirOrder_ContrastsAndOrientationsAscend_TrialsAreKept()
    {
        RecordedCurves curves = Read("unit,trial,contrast,orientation_deg,response\n"
            + "\"b, \"\"left\"\"\",1,1,90,4\n\"b, \"\"left\"\"\",2,1,90,6\na,1,.5,0,1\na,1,.1,7.2,2\na,x,.1,7.2,3\na,1,.1,0,5\n");
        Assert.Equal(["b, \"left\"", "a"], curves.Units.Select(unit => unit.Name));
        Assert.Equal([4, 6], Assert.Single(Assert.Single(curves.Units[0].Curves).Trials));
        RecordedUnit a = curves.Units[1];
        Assert.Equal([0.1, 0.5], a.Curves.Select(curve => curve.Contrast));
        Assert.Equal([0, 7.2], a.Curves[0].Orientations);
        Assert.Equal([5, 2.5], a.Curves[0].Means);
        Assert.Equal(1, a.Curves[0].FewestTrials);
    }

    [Theory]
    [InlineData("", "the file is empty")]
    [InlineData(Header, "no rows under the column names")]
    [InlineData("unit,contrast,response\na,1,2\n", "line 1: no column 'orientation_deg'")]
    [InlineData("unit,unit,contrast,orientation_deg,response\n", "line 1: there are two columns 'unit'")]
    [InlineData(Header + "a,1,0\n", "line 2: 3 cells under 4 column names")]
    [InlineData(Header + "a,1,0,many\n", "line 2: response is 'many', not a number")]
    [InlineData(Header + "a,1,0,1\n\na,1,30,NaN\n", "line 4: response is 'NaN'; it must be a finite number")]
    [InlineData(Header + "a,1,0,-Infinity\n", "line 2: response is '-Infinity'; it must be a finite number")]
    [InlineData(Header + "a,1,0,1e999\n", "line 2: response is '1e999'; it must be a finite number")]
    [InlineData(Header + "a,1,0,\n", "line 2: response is empty; leave the row out")]
    [InlineData(Header + "a,50,0,1\n", "line 2: contrast is '50'; it must be in (0, 1]: divide by 100 if it is in percent")]
    [InlineData(Header + "a,0,0,1\n", "line 2: contrast is '0'; it must be in (0, 1].")]
    [InlineData(Header + "a,1,400,1\n", "line 2: orientation_deg is '400'; it must be in degrees, from -360 to 360")]
    [InlineData(Header + ",1,0,1\n", "line 2: unit is empty")]
    [InlineData(Header + "\"a,1,0,1\n", "line 2: a quoted field does not end on its line")]
    [InlineData(Header + "\"a\"b,1,0,1\n", "line 2: a quoted field does not end on its line, or text follows its closing quote")]
    [InlineData(Header + "a,1,0,1\na,1,0,2\n", "line 3: unit a, contrast 1, orientation 0 stand on line 2 already (orientations count modulo 180 degrees); add a column 'trial'")]
    [InlineData(Header + "a,1,0,1\nb,1,0,1\nb,1,180,2\na,1,0,2\n", "line 4: unit b")]
    [InlineData("unit;contrast;orientation_deg;response\na;0,5;0;1\n", "line 2: contrast is '0,5', not a number; write decimals with a point")]
    [InlineData("unit,contrast,orientation_deg,response,trial\na,1,0,1,1\na,1,0,2,1\n", "and this trial stand on line 2 already")]
    [InlineData("unit,contrast,orientation_deg,response,trial\na,1,0,1,\n", "line 2: trial is empty")]
    public void WhatCannotBeUsed_IsRefused_ByLine(string text, string message)
    {
        var error = Assert.Throws<UserInputException>(() => Read(text));
        Assert.StartsWith("curves.csv", error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void File_WithAByteOrderMark_IsRead_AndAMissingOneSaid()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["marked.csv"], Header + "å,1,0,1\n", new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        Assert.Equal("å", CurveFile.Read(folder["marked.csv"]).Units[0].Name);
        Assert.Contains("there is no such file", Assert.Throws<UserInputException>(() => CurveFile.Read(folder["none.csv"])).Message, StringComparison.Ordinal);
        Assert.Contains("it is a folder", Assert.Throws<UserInputException>(() => CurveFile.Read(folder.FullName)).Message, StringComparison.Ordinal);
    }

    /// <summary>The reader is handed its text a line at a time and keeps none of it.</summary>
    [Fact]
    public void LongTable_IsStreamed()
    {
        const int rows = 200_000;
        using var lines = new LineReader(Enumerable.Range(0, rows).Select(i =>
            string.Create(CultureInfo.InvariantCulture, $"cell {i / 1000},{(i / 500 % 2 == 0 ? 0.5 : 1)},{i / 20 % 25 * 7.2},{i % 7},{i % 20}")).Prepend("unit,contrast,orientation_deg,response,trial"));
        RecordedCurves curves = CurveFile.Read(lines, "curves.csv");
        Assert.Equal((rows, 200), (curves.Rows, curves.Units.Count));
        Assert.All(curves.Units, unit => Assert.All(unit.Curves, curve => Assert.Equal((25, 20), (curve.Orientations.Length, curve.FewestTrials))));
    }

    private static RecordedCurves Read(string text) => CurveFile.Read(new StringReader(text), "curves.csv");

    private sealed class LineReader(IEnumerable<string> lines) : TextReader
    {
        private readonly IEnumerator<string> lines = lines.GetEnumerator();

        public override string? ReadLine() => lines.MoveNext() ? lines.Current : null;

        protected override void Dispose(bool disposing)
        {
            lines.Dispose();
            base.Dispose(disposing);
        }
    }
}
