using System.Numerics;
using System.Runtime.CompilerServices;

namespace DivNorm.Kernels;

/// <summary>Looks at signs.</summary>
internal static unsafe class Signs
{
    /// <summary>Registers between two looks at what was found.</summary>
    private const int Stride = 64;

    /// <summary>Whether any value is below zero; NaN and -0 are not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool AnyNegative(float* values, long count)
    {
        long i = 0;
        while (i + (Stride * Vector<float>.Count) <= count)
        {
            Vector<int> found = default;
            for (long end = i + (Stride * Vector<float>.Count); i < end; i += Vector<float>.Count)
                found |= Vector.LessThan(Vector.Load(values + i), Vector<float>.Zero);
            if (found != Vector<int>.Zero)
                return true;
        }
        for (; i < count; i++)
        {
            if (values[i] < 0)
                return true;
        }
        return false;
    }
}
