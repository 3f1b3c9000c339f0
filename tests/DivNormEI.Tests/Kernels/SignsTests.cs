using DivNorm.Kernels;
using Xunit;

namespace DivNorm.Tests.Kernels;

public sealed unsafe class SignsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1023)]
    [InlineData(5000)]
    public void AnyNegative_FindsOneAnywhere_AndNothingElse(int count)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = i % 3 == 0 ? 0 : i % 3 == 1 ? -0f : float.NaN;
        fixed (float* p = values)
        {
            Assert.False(Signs.AnyNegative(p, count));
            for (int i = 0; i < count; i += 1 + (count / 50))
            {
                float before = values[i];
                values[i] = -float.Epsilon;
                Assert.True(Signs.AnyNegative(p, count));
                values[i] = before;
            }
        }
    }
}
