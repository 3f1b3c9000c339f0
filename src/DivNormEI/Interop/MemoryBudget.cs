namespace DivNorm.Interop;

/// <summary>
/// What reading the description of a file's tensors may allocate. A few bytes of a hostile file can ask for many: every reader charges what it is about to
/// allocate, and refuses what goes beyond. The prices are estimates: tests hold what is really allocated below 64 MB.
/// </summary>
internal sealed class MemoryBudget
{
    /// <summary>48 MB: a state dict of 15 000 tensors.</summary>
    internal const long MostBytes = 48L << 20;

    // Objects have a header of 16 bytes and arrays one of 24; a list that grows by doubling leaves up to four slots behind for one that is used.
    internal const int Object = 24;
    internal const int Slot = 4 * sizeof(long);

    private readonly string file;
    private long left = MostBytes;

    internal MemoryBudget(string file) => this.file = file;

    /// <summary>Takes bytes out of the budget.</summary>
    /// <exception cref="UserInputException">There are not so many left.</exception>
    internal void Charge(long bytes)
    {
        left -= bytes;
        if (left < 0)
            throw new UserInputException($"{file}: what describes its tensors takes more than {MostBytes >> 20} MB of memory; a state dict takes far less");
    }

    /// <summary>Takes a string of so many characters, or of the bytes that it is decoded from.</summary>
    internal void ChargeText(long length) => Charge(Object + 2 * length);
}
