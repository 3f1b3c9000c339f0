using CsCheck;
using DivNorm.Kernels;

namespace DivNorm.Tests.Kernels;

/// <summary>A lateral stage with its data, run by our kernels and by the scalar reference.</summary>
internal sealed unsafe class LateralCase
{
    /// <summary>Products that the reference may do for one case, so that the tests stay short.</summary>
    private const double MostProducts = 3e6;

    private static readonly int[] Kernels = [1, 3, 5, 7, 9, 11];

    /// <summary>Any shape with at least nine weights a kernel: gradients that are but a few sums of signed data may all cancel to next to nothing.</summary>
    public static readonly Gen<(LateralShape Shape, int Threads, int Seed)> Any =
        from n in Gen.Int[1, 3]
        from c in Gen.Frequency((6, Gen.Int[1, 12]), (2, Gen.Int[13, 40]))
        from h in Gen.Int[1, 45]
        from w in Gen.Int[1, 45]
        from ke in Gen.Int[0, Kernels.Length - 1].Select(i => Kernels[i])
        from ki in Gen.Int[0, Kernels.Length - 1].Select(i => Kernels[i])
        from shared in Gen.Bool
        from threads in Gen.Int[1, 3]
        from seed in Gen.Int[0, 1_000_000]
        where c * Math.Min(ke, ki) >= 3
        let shape = Shrink(new LateralShape(n, c, h, w, ke, ki, shared))
        select (shape, threads, seed);

    public LateralCase(LateralShape shape, int seed, bool positive = false)
    {
        var random = new Random(seed);
        Shape = shape;
        Y = Arrays.Random(shape.Elements, random, positive);
        Yn = Arrays.Random(shape.Elements, random, positive);
        GradOutput = Arrays.Random(shape.Elements, random, positive);
        Excitation = Arrays.Random((long)shape.Channels * shape.Channels * shape.ExcitationKernel * shape.ExcitationKernel, random, positive);
        Inhibition = Arrays.Random((long)shape.Channels * shape.Channels * shape.InhibitionKernel * shape.InhibitionKernel, random, positive);
    }

    public LateralShape Shape { get; }

    public float[] Y { get; }

    public float[] Yn { get; }

    public float[] GradOutput { get; }

    public float[] Excitation { get; }

    public float[] Inhibition { get; }

    /// <summary>All results of a training step: output, gradients of Y, Yn, w_exc, w_inh and the shift.</summary>
    public float[][] Step(LateralPlan plan, int threads, bool keep = true)
    {
        float[][] results =
        [
            new float[Shape.Elements], new float[Shape.Elements], new float[Shape.Elements],
            new float[Excitation.Length], new float[Inhibition.Length], new float[Shape.Channels],
        ];
        fixed (float* y = Y, yn = Yn, g = GradOutput, we = Excitation, wi = Inhibition)
        fixed (float* output = results[0], gy = results[1], gyn = results[2], gwe = results[3], gwi = results[4], gs = results[5])
        {
            using WeightSpectra spectra = plan.Transform(we, wi, threads);
            using SavedSpectra? saved = plan.Forward(new ForwardArguments { Y = y, Yn = yn, Output = output, Keep = keep }, spectra, threads);
            var backward = new BackwardArguments
            {
                GradOutput = g,
                Y = y,
                Yn = yn,
                GradY = gy,
                GradYn = gyn,
                GradExcitation = gwe,
                GradInhibition = gwi,
                GradShift = gs,
            };
            plan.Backward(backward, spectra, saved, threads);
        }
        return results;
    }

    /// <summary>The same results by the scalar reference.</summary>
    public double[][] Reference()
    {
        double[] output = LateralReference.Forward(Shape, Y, Yn, Excitation, Inhibition);
        (double[] y, double[] yn, double[] excitation, double[] inhibition, double[] shift) =
            LateralReference.Backward(Shape, GradOutput, Y, Yn, Excitation, Inhibition);
        return [output, y, yn, excitation, inhibition, shift];
    }

    /// <summary>The largest relative error of any result.</summary>
    public static double Worst(float[][] actual, double[][] expected) =>
        actual.Zip(expected, (a, b) => Arrays.RelativeError(a, b)).Aggregate(0.0, (worst, e) => e <= worst ? worst : e);

    private static LateralShape Shrink(LateralShape shape)
    {
        double taps = (shape.ExcitationKernel * shape.ExcitationKernel) + (shape.InhibitionKernel * shape.InhibitionKernel);
        while (taps * shape.Elements * shape.Channels > MostProducts)
        {
            shape = shape.Batch > 1 ? shape with { Batch = 1 }
                : shape.Height * shape.Width > 600 ? shape with { Height = (shape.Height + 1) / 2 }
                : shape with { Channels = (shape.Channels + 1) / 2 };
        }
        return shape;
    }
}
