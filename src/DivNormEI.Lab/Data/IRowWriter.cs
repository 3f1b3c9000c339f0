namespace DivNorm.Lab.Data;

/// <summary>Takes the rows of a picture, from the top, 8 bits a channel: grey, grey and alpha, RGB or RGBA.</summary>
internal interface IRowWriter : IDisposable
{
    /// <summary>Takes the next whole rows.</summary>
    /// <param name="rows">One or more rows, pixel by pixel.</param>
    void Add(ReadOnlySpan<byte> rows);

    /// <summary>Ends the file, once every row was given.</summary>
    void Finish();
}
