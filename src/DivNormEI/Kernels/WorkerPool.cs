namespace DivNorm.Kernels;

/// <summary>
/// Threads for the kernels. A call hands out units of work by a counter; the calling thread works too, so a call never waits for a
/// free worker and calls from several threads do not block one another. Units must be independent: which thread takes which is left to chance.
/// Idle workers block (the semaphore spins for microseconds only): a spinning one would steal a core from libtorch.
/// </summary>
internal static class WorkerPool
{
    private static readonly Lock Gate = new();
    private static readonly Queue<Job> Waiting = new();
    private static readonly SemaphoreSlim Tickets = new(0);
    private static int workers;

    /// <summary>Calls body(worker, unit) for every unit in [0, <paramref name="units"/>), by at most <paramref name="threads"/> threads at once.</summary>
    /// <param name="threads">At least 1. Workers are numbered from 0 (the caller) to threads - 1.</param>
    /// <param name="units">Number of units.</param>
    /// <param name="body">The work; an exception of it is rethrown here when all threads have left.</param>
    public static void Run(int threads, int units, Action<int, int> body)
    {
        int helpers = Math.Min(threads, units) - 1;
        var job = new Job(units, body);
        if (helpers > 0)
        {
            lock (Gate)
            {
                for (int i = 0; i < helpers; i++)
                    Waiting.Enqueue(job);
                for (; workers < helpers; workers++)
                    new Thread(Serve) { IsBackground = true, Name = $"DivNorm kernel worker {workers + 1}" }.Start();
            }
            Tickets.Release(helpers);
        }
        job.Work(0);
        job.Finish();
    }

    private static void Serve()
    {
        while (true)
        {
            Tickets.Wait();
            Job job;
            lock (Gate)
                job = Waiting.Dequeue();
            job.Join();
        }
    }

    private sealed class Job(int units, Action<int, int> body)
    {
        /// <summary>Turns of a spin wait before the caller blocks: the last units of a phase end within microseconds of one another.</summary>
        private const int SpinTurns = 10;

        private readonly object gate = new();
        private int next;
        private int joined;
        private int active;
        private bool closed;
        private Exception? failure;

        /// <summary>Takes units until none is left.</summary>
        public void Work(int worker)
        {
            try
            {
                for (int unit = Interlocked.Increment(ref next) - 1; unit < units; unit = Interlocked.Increment(ref next) - 1)
                    body(worker, unit);
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref failure, e, null);
                Volatile.Write(ref next, units);
            }
        }

        /// <summary>A helper's turn; nothing happens if the caller has finished meanwhile.</summary>
        public void Join()
        {
            int worker;
            lock (gate)
            {
                if (closed)
                    return;
                worker = ++joined;
                active++;
            }
            Work(worker);
            lock (gate)
            {
                if (--active == 0)
                    Monitor.PulseAll(gate);
            }
        }

        /// <summary>Turns away helpers that come late and waits for those at work.</summary>
        public void Finish()
        {
            lock (gate)
                closed = true;
            var spin = default(SpinWait);
            while (Volatile.Read(ref active) > 0 && spin.Count < SpinTurns)
                spin.SpinOnce(sleep1Threshold: -1);
            lock (gate)
            {
                while (active > 0)
                    Monitor.Wait(gate);
            }
            if (failure is not null)
                throw new InvalidOperationException($"a kernel failed: {failure.Message}", failure);
        }
    }
}
