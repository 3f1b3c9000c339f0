using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Lab.Data;

/// <summary>Turns one image into a network's input.</summary>
/// <param name="image">The image.</param>
/// <param name="index">Its index in the set, for draws of its own.</param>
/// <param name="scaler">The calling thread's scaler.</param>
/// <param name="planes">Receives the input.</param>
internal delegate void Prepare(RgbImage image, int index, ImageScaler scaler, Span<float> planes);

/// <summary>
/// Reads images and prepares batches on threads of its own, ahead of the one who takes them, in a fixed order. Memory is bounded by the
/// batches ahead. Images that cannot be read are left out of their batch.
/// </summary>
internal sealed class BatchLoader : IDisposable
{
    private readonly ILabeledImages images;
    private readonly IReadOnlyList<int> order;
    private readonly int batchSize;
    private readonly int size;
    private readonly Prepare prepare;
    private readonly int count;
    private readonly Lock claims = new();
    private readonly object gate = new(); // a Lock has no Wait
    private readonly SemaphoreSlim room;
    private readonly CancellationTokenSource stop = new();
    private readonly Dictionary<int, Buffer> ready = [];
    private readonly Stack<Buffer> free = new();
    private readonly Thread[] threads;
    private int claimed;
    private int taken;
    private Exception? failure;

    /// <summary>Starts to prepare.</summary>
    /// <param name="images">The images.</param>
    /// <param name="order">Indices in the order in which they come.</param>
    /// <param name="batchSize">Images a batch; the last may have fewer.</param>
    /// <param name="size">Side of an input, pixels.</param>
    /// <param name="prepare">Makes the input; called from several threads at once.</param>
    /// <param name="first">The batch to begin with: those before it have been seen.</param>
    /// <param name="ahead">Most batches in memory.</param>
    /// <param name="workers">Threads.</param>
    internal BatchLoader(ILabeledImages images, IReadOnlyList<int> order, int batchSize, int size, Prepare prepare, int first = 0, int ahead = 4, int workers = 2)
    {
        (this.images, this.order, this.batchSize, this.size, this.prepare) = (images, order, batchSize, size, prepare);
        count = Batches(order.Count, batchSize);
        claimed = taken = first;
        room = new SemaphoreSlim(ahead);
        threads = [.. Enumerable.Range(0, Math.Min(workers, ahead)).Select(i => new Thread(Work) { IsBackground = true, Name = $"images {i}" })];
        foreach (var thread in threads)
            thread.Start();
    }

    /// <summary>Batches that some images make.</summary>
    internal static int Batches(int images, int batchSize) => (images + batchSize - 1) / batchSize;

    /// <summary>The next batch that has an image, or null after the last; waits where it is not ready.</summary>
    /// <returns>Float32 [n, 3, size, size] and int64 [n], owned by the caller's dispose scope, and the index of the batch.</returns>
    internal (Tensor Images, Tensor Labels, int Batch)? Next()
    {
        while (taken < count)
        {
            Buffer buffer;
            lock (gate)
            {
                while (!ready.ContainsKey(taken) && failure is null)
                    Monitor.Wait(gate);
                if (failure is not null)
                    throw new InvalidOperationException($"Images cannot be prepared: {failure.Message}", failure);
                ready.Remove(taken, out buffer!);
            }

            int batch = taken++;
            int n = buffer.Count;
            if (n > 0)
            {
                // copied: the buffer goes back to the threads
                var inputs = empty([n, 3, size, size], ScalarType.Float32, CPU);
                MemoryMarshal.AsBytes(buffer.Values.AsSpan(0, n * 3 * size * size)).CopyTo(inputs.bytes);
                var labels = empty([n], ScalarType.Int64, CPU);
                MemoryMarshal.AsBytes(buffer.Labels.AsSpan(0, n)).CopyTo(labels.bytes);
                Release(buffer);
                return (inputs, labels, batch);
            }

            Release(buffer);
        }

        return null;
    }

    /// <summary>Stops the threads.</summary>
    public void Dispose()
    {
        stop.Cancel();
        foreach (var thread in threads)
            thread.Join();
        stop.Dispose();
        room.Dispose();
    }

    private void Release(Buffer buffer)
    {
        lock (gate)
            free.Push(buffer);
        room.Release();
    }

    private void Work()
    {
        try
        {
            var scaler = new ImageScaler();
            while (true)
            {
                room.Wait(stop.Token);
                int batch;
                lock (claims)
                    batch = claimed < count ? claimed++ : count;
                if (batch == count)
                    return;
                Buffer? buffer;
                lock (gate)
                    free.TryPop(out buffer);
                buffer ??= new Buffer(new float[batchSize * 3 * size * size], new long[batchSize]);
                Fill(buffer, batch, scaler);
                lock (gate)
                {
                    ready.Add(batch, buffer);
                    Monitor.PulseAll(gate);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // the taker has gone
        }
        catch (Exception error) // whatever it is, the taker must hear of it rather than wait for ever
        {
            lock (gate)
            {
                failure = error;
                Monitor.PulseAll(gate);
            }
        }
    }

    private void Fill(Buffer buffer, int batch, ImageScaler scaler)
    {
        int values = 3 * size * size;
        buffer.Count = 0;
        for (int i = batch * batchSize; i < Math.Min(order.Count, (batch + 1) * batchSize); i++)
        {
            stop.Token.ThrowIfCancellationRequested();
            if (images.Read(order[i]) is not { } image)
                continue;
            prepare(image, order[i], scaler, buffer.Values.AsSpan(buffer.Count * values, values));
            buffer.Labels[buffer.Count++] = images.Label(order[i]);
        }
    }

    private sealed record Buffer(float[] Values, long[] Labels)
    {
        public int Count { get; set; }
    }
}
