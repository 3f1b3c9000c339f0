using DivNorm.Lab.Reporting;
using Xunit;

namespace DivNorm.Lab.Tests.Reporting;

public sealed class NumberTextTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(-45, "−45")]
    [InlineData(0.1, "0.1")]
    [InlineData(0.30000000000000004, "0.3")]
    [InlineData(38400, "38,400")]
    [InlineData(2.5e7, "2.5×10⁷")]
    [InlineData(1e-5, "10⁻⁵")]
    [InlineData(double.NaN, "–")]
    [InlineData(double.NegativeInfinity, "−∞")]
    public void Tick_ReadsAsInPrint(double value, string expected) => Assert.Equal(expected, NumberText.Tick(value));

    [Theory]
    [InlineData(26.8461, "26.8")]
    [InlineData(-0.44812, "−0.448")]
    [InlineData(1234.4, "1,234")]
    [InlineData(0.0004, "4×10⁻⁴")]
    [InlineData(9.99999e-4, "10⁻³")]
    public void Brief_KeepsAboutThreeDigits(double value, string expected) => Assert.Equal(expected, NumberText.Brief(value));

    [Fact]
    public void RoundedToNothing_HasNoSign()
    {
        Assert.Equal("0.00", NumberText.Formatted(-0.001, "0.00"));
        Assert.Equal("−0.01", NumberText.Formatted(-0.01, "0.00"));
    }
}
