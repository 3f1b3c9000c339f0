namespace DivNorm.Build.Elf;

/// <summary>A file is not the ELF image that it should be; the message says what is wrong with it.</summary>
internal sealed class ElfFormatException : Exception
{
    public ElfFormatException()
    {
    }

    public ElfFormatException(string message)
        : base(message)
    {
    }

    public ElfFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
