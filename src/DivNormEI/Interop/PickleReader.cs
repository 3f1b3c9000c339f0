using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace DivNorm.Interop;

/// <summary>
/// Reads the pickle of a state dict: protocol 2, the opcodes that <c>torch.save</c> writes for dicts, lists, tuples, texts, numbers and tensors, and the names
/// in <see cref="PickleGlobal"/>. All else is refused by name. A pickle is a program; this reader runs none of it: calls are recognised, not made.
/// Opcodes: Python's Lib/pickletools.py.
/// </summary>
internal sealed class PickleReader
{
    private readonly byte[] pickle;
    private readonly string where;
    private readonly MemoryBudget budget;
    private readonly PickleCalls calls;
    private readonly List<object?> stack = [];
    private readonly List<int> marks = [];
    private readonly List<object?> memo = [];
    private int position;
    private int peak;

    private PickleReader(byte[] pickle, string where, MemoryBudget budget)
    {
        (this.pickle, this.where, this.budget) = (pickle, where, budget);
        calls = new PickleCalls(budget, Error);
    }

    /// <summary>Reads the one value that a pickle holds.</summary>
    /// <param name="pickle">The bytes.</param>
    /// <param name="where">What messages call them.</param>
    /// <param name="budget">What the values are charged to.</param>
    /// <exception cref="UserInputException">The bytes are no such pickle.</exception>
    internal static object? Read(byte[] pickle, string where, MemoryBudget budget) => new PickleReader(pickle, where, budget).Run();

    private object? Run()
    {
        if (pickle is not [0x80, 2, ..])
            throw Error(pickle is [0x80, var protocol, ..] ? $"it is of pickle protocol {protocol}; torch.save writes 2 where it is called without pickle_protocol: save it again so" : "it is no pickle");
        position = 2;
        while (Take(1)[0] is var opcode && opcode != '.')
            Step(opcode);
        if (stack.Count != 1 || marks.Count > 0 || position != pickle.Length)
            throw Error("it does not end with one value");
        return stack[0];
    }

    private void Step(byte opcode)
    {
        switch ((char)opcode)
        {
            case '(':
                budget.Charge(MemoryBudget.Slot);
                marks.Add(stack.Count);
                break;
            case 'N':
                Push(null);
                break;
            case '\x88' or '\x89':
                Push(opcode == 0x88, MemoryBudget.Object);
                break;
            case 'K':
                PushNumber(Take(1)[0]);
                break;
            case 'M':
                PushNumber(BinaryPrimitives.ReadUInt16LittleEndian(Take(2)));
                break;
            case 'J':
                PushNumber(BinaryPrimitives.ReadInt32LittleEndian(Take(4)));
                break;
            case '\x8a':
                PushNumber(LongNumber(Take(Take(1)[0])));
                break;
            case 'G':
                Push(BinaryPrimitives.ReadDoubleBigEndian(Take(8)), MemoryBudget.Object);
                break;
            case 'X':
                PushText(Take(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))));
                break;
            case ')':
                Push(Array.Empty<object?>());
                break;
            case '\x85' or '\x86' or '\x87':
                PushTuple(opcode - 0x84);
                break;
            case 't':
                PushTuple(CountToMark());
                break;
            case ']':
                Push(new List<object?>(), 2 * MemoryBudget.Object);
                break;
            case '}':
                Push(new PickleDict(), PickleDict.Size);
                break;
            case 'a':
                Append(1);
                break;
            case 'e':
                Append(CountToMark());
                break;
            case 's':
                SetItems(2);
                break;
            case 'u':
                SetItems(CountToMark());
                break;
            case 'q':
                Memoize(Take(1)[0]);
                break;
            case 'r':
                Memoize(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)));
                break;
            case 'h':
                Recall(Take(1)[0]);
                break;
            case 'j':
                Recall(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)));
                break;
            case 'c':
                PushGlobal();
                break;
            case 'R':
                Call();
                break;
            case 'b':
                Build();
                break;
            case 'Q':
                Push(calls.Storage(Pop()));
                break;
            default:
                throw Error($"it uses opcode 0x{opcode:x2}, which the tensors of a state dict do not need");
        }
    }

    private long LongNumber(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > sizeof(long))
            throw Error("a whole number does not fit in 64 bits");
        long value = bytes.Length > 0 && (bytes[^1] & 0x80) != 0 ? -1 : 0;
        for (var i = bytes.Length - 1; i >= 0; i--)
            value = value << 8 | bytes[i];
        return value;
    }

    private void PushText(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8))
            throw Error("a text is not valid UTF-8");
        budget.ChargeText(utf8.Length);
        Push(Encoding.UTF8.GetString(utf8));
    }

    private void PushTuple(int count)
    {
        budget.Charge(MemoryBudget.Object + (long)sizeof(long) * count);
        var start = Below(count);
        var items = CollectionsMarshal.AsSpan(stack)[start..].ToArray();
        stack.RemoveRange(start, count);
        Push(items);
    }

    private void Append(int count)
    {
        budget.Charge((long)MemoryBudget.Slot * count);
        var start = Below(count + 1) + 1;
        if (stack[start - 1] is not List<object?> list)
            throw Error("it appends to something that is no list");
        list.AddRange(CollectionsMarshal.AsSpan(stack)[start..]);
        stack.RemoveRange(start, count);
    }

    private void SetItems(int count)
    {
        if (count % 2 != 0)
            throw Error("a dict has a key without a value");
        budget.Charge((long)MemoryBudget.Slot * count);
        var start = Below(count + 1) + 1;
        if (stack[start - 1] is not PickleDict dict)
            throw Error("it sets items of something that is no dict");
        for (var i = start; i < stack.Count; i += 2)
            dict.Items.Add(new(stack[i], stack[i + 1]));
        stack.RemoveRange(start, count);
    }

    /// <summary>Remembers the top of the stack. The pickler counts its memo up, so a place is the next one or has been taken.</summary>
    private void Memoize(uint index)
    {
        var value = stack[Below(1)];
        if (index > memo.Count)
            throw Error($"it remembers a value in place {index} of its memo, and {memo.Count} are taken");
        if (index < memo.Count)
        {
            memo[(int)index] = value;
            return;
        }

        budget.Charge(MemoryBudget.Slot);
        memo.Add(value);
    }

    private void Recall(uint index) =>
        Push(index < memo.Count ? memo[(int)index] : throw Error($"it recalls place {index} of its memo, and {memo.Count} are taken"));

    private void PushGlobal()
    {
        var name = $"{Line()}.{Line()}";
        Push(PickleGlobal.Find(name) ?? throw Error(
            $"it refers to {MessageText.Quote(name)}, which the tensors of a state dict do not need; nothing was run. In PyTorch save model.state_dict() alone"));
    }

    private string Line()
    {
        const int longest = 1024;
        var rest = pickle.AsSpan(position);
        var length = rest[..Math.Min(rest.Length, longest)].IndexOf((byte)'\n');
        if (length < 0)
            throw Error("it names something without an end");
        position += length + 1;
        budget.ChargeText(2 * length); // once in the line, once in the whole name
        return Encoding.UTF8.GetString(rest[..length]);
    }

    private void Call()
    {
        var arguments = Pop() as object?[] ?? throw Error("it calls something without a tuple of arguments");
        var function = Pop() as PickleGlobal ?? throw Error("it calls something that is no function");
        Push(calls.Result(function, arguments));
    }

    /// <summary>Attributes of an OrderedDict, such as a state dict's <c>_metadata</c>: nothing that a tensor needs.</summary>
    private void Build()
    {
        if (Pop() is not PickleDict || stack[Below(1)] is not PickleDict)
            throw Error("it sets attributes of something that is no state dict");
    }

    private void Push(object? value, int price = 0)
    {
        budget.Charge(price);
        if (stack.Count == peak)
        {
            budget.Charge(MemoryBudget.Slot);
            peak++;
        }

        stack.Add(value);
    }

    private void PushNumber(long value) => Push(value, MemoryBudget.Object);

    private object? Pop()
    {
        var value = stack[Below(1)];
        stack.RemoveAt(stack.Count - 1);
        return value;
    }

    /// <summary>Where the topmost values of the stack begin; those below the last mark are out of reach.</summary>
    private int Below(int count)
    {
        var start = stack.Count - count;
        return start >= (marks.Count > 0 ? marks[^1] : 0) ? start : throw Error("it takes a value from an empty stack");
    }

    private int CountToMark()
    {
        if (marks.Count == 0)
            throw Error("it ends something that has not begun");
        var mark = marks[^1];
        marks.RemoveAt(marks.Count - 1);
        return stack.Count - mark;
    }

    private ReadOnlySpan<byte> Take(uint count)
    {
        if (count > pickle.Length - position)
            throw Error("it is cut off");
        position += (int)count;
        return pickle.AsSpan(position - (int)count, (int)count);
    }

    private UserInputException Error(string what) => new($"{where}: at byte {position} {what}");
}
