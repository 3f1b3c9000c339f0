using System.Reflection;

namespace DivNorm.Lab.Tests.Packaging;

/// <summary>Properties of the build that the project hands to the tests.</summary>
internal static class BuildMetadata
{
    internal static string Of(string property) =>
        typeof(BuildMetadata).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == property).Value!;
}
