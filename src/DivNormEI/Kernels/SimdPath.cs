using System.Runtime.Intrinsics.X86;

namespace DivNorm.Kernels;

/// <summary>Which instructions the kernels use, and whether they are used at all.</summary>
internal enum SimdPath
{
    /// <summary>libtorch's own convolutions.</summary>
    LibTorch,

    /// <summary>Registers of 4 floats, on any CPU.</summary>
    Portable,

    /// <summary>Registers of 8 floats with FMA.</summary>
    Avx2,

    /// <summary>Registers of 16 floats.</summary>
    Avx512,
}

/// <summary>Names, availability and choice of the paths.</summary>
internal static class SimdPaths
{
    /// <summary>The environment variable that forces a path: avx512, avx2, portable or libtorch.</summary>
    public const string Variable = "DIVNORMEI_KERNEL";

    private static readonly SimdPath[] FastestFirst = [SimdPath.Avx512, SimdPath.Avx2, SimdPath.Portable, SimdPath.LibTorch];
    private static readonly Lazy<SimdPath?> FromEnvironment = new(ReadEnvironment);

    /// <summary>Paths this machine can run, the fastest first.</summary>
    public static IReadOnlyList<SimdPath> Available { get; } = [.. FastestFirst.Where(IsAvailable)];

    /// <summary>The path that the environment forces, or null.</summary>
    /// <exception cref="UserInputException">The environment names no path, or one this machine lacks.</exception>
    public static SimdPath? Forced => FromEnvironment.Value;

    /// <summary>The path in force: the environment's choice, or the fastest. Plans for few channels may use narrower registers unless one is forced.</summary>
    /// <exception cref="UserInputException">The environment names no path, or one this machine lacks.</exception>
    public static SimdPath Default => Forced ?? Available[0];

    public static string Name(SimdPath path) => path switch
    {
        SimdPath.Avx512 => "avx512",
        SimdPath.Avx2 => "avx2",
        SimdPath.Portable => "portable",
        _ => "libtorch",
    };

    /// <summary>The path of a name; null for none.</summary>
    /// <param name="name">avx512, avx2, portable, libtorch, or nothing.</param>
    /// <param name="origin">What to call the name's source in an error.</param>
    /// <exception cref="ArgumentException">No such path, or this machine lacks it.</exception>
    public static SimdPath? Parse(string? name, string origin)
    {
        if (string.IsNullOrWhiteSpace(name))
            return null;
        foreach (SimdPath path in FastestFirst)
        {
            if (!string.Equals(Name(path), name.Trim(), StringComparison.OrdinalIgnoreCase))
                continue;
            if (!IsAvailable(path))
                throw new ArgumentException($"{origin} asks for the path '{Name(path)}', which this CPU lacks; it has {string.Join(", ", Available.Select(Name))}");
            return path;
        }
        throw new ArgumentException($"{origin} is '{name}'; it must be one of {string.Join(", ", FastestFirst.Select(Name))}");
    }

    private static SimdPath? ReadEnvironment()
    {
        try
        {
            return Parse(Environment.GetEnvironmentVariable(Variable), Variable);
        }
        catch (ArgumentException error)
        {
            throw new UserInputException(error.Message, error);
        }
    }

    private static bool IsAvailable(SimdPath path) => path switch
    {
        SimdPath.Avx512 => Avx512F.IsSupported,
        SimdPath.Avx2 => Avx2.IsSupported && Fma.IsSupported,
        _ => true,
    };
}
