using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace DivNorm.Tests;

/// <summary>Writes pickles as Python's pickler does for torch.save: protocol 2, everything memoized, items in batches.</summary>
internal sealed class PickleWriter
{
    private readonly List<byte> bytes = [0x80, 2];
    private readonly Dictionary<object, int> memo = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, int> texts = new(StringComparer.Ordinal);
    private int memoized;

    internal static byte[] Write(object? value)
    {
        var writer = new PickleWriter();
        writer.Value(value);
        writer.bytes.Add((byte)'.');
        return [.. writer.bytes];
    }

    private void Value(object? value)
    {
        switch (value)
        {
            case null: Op('N'); break;
            case bool flag: Op(flag ? '\x88' : '\x89'); break;
            case int number: Number(number); break;
            case long number: Number(number); break;
            case double number:
                Op('G');
                Bytes(8, span => BinaryPrimitives.WriteDoubleBigEndian(span, number));
                break;
            case string text: Text(text); break;
            case View view: Tensor(view); break;
            case StateDict state:
                EmptyOrderedDict();
                Items(state);
                Value(new Dictionary<string, object?> { ["_metadata"] = new Dictionary<string, object?> { [""] = new Dictionary<string, object?> { ["version"] = 1 } } });
                Op('b');
                break;
            case IDictionary<string, object?> dict:
                Op('}');
                Memoize();
                Items(dict.Select(pair => ((object)pair.Key, pair.Value)).ToList());
                break;
            case object?[] tuple: Tuple(tuple); break;
            case List<object?> list:
                Op(']');
                Memoize();
                Op('(');
                list.ForEach(Value);
                Op('e');
                break;
            default: throw new ArgumentException($"no pickle for {value.GetType()}", nameof(value));
        }
    }

    private void EmptyOrderedDict()
    {
        Global("collections.OrderedDict");
        Op(')');
        Op('R');
        Memoize();
    }

    private void Items(List<(object Key, object? Value)> items)
    {
        if (items.Count == 0)
            return;
        if (items.Count > 1)
            Op('(');
        foreach (var (key, value) in items)
        {
            Value(key);
            Value(value);
        }

        Op(items.Count > 1 ? 'u' : 's');
    }

    private void Tensor(View view)
    {
        if (Recalled(view))
            return;
        if (view.IsParameter)
        {
            Global("torch._utils._rebuild_parameter");
            Op('(');
        }

        Global("torch._utils._rebuild_tensor_v2");
        Op('(');
        Op('(');
        Text("storage");
        Global("torch." + view.Storage.Type);
        Text(view.Storage.Key);
        Text("cpu");
        Number(view.Storage.Count);
        Op('t');
        Op('Q');
        Number(view.Offset);
        Tuple([.. view.Shape.Cast<object>()]);
        Tuple([.. view.Strides.Cast<object>()]);
        Value(false);
        EmptyOrderedDict();
        Op('t');
        Op('R');
        if (view.IsParameter)
        {
            Value(true);
            EmptyOrderedDict();
            Op('t');
            Op('R');
        }

        memo[view] = memoized;
        Memoize();
    }

    private void Tuple(object?[] items)
    {
        if (items.Length is 0 or > 3)
        {
            Op(items.Length == 0 ? ')' : '(');
            foreach (var item in items)
                Value(item);
            if (items.Length > 0)
                Op('t');
        }
        else
        {
            foreach (var item in items)
                Value(item);
            Op((char)(0x84 + items.Length));
        }

        Memoize();
    }

    private void Number(long number)
    {
        switch (number)
        {
            case >= 0 and < 256: Op('K'); bytes.Add((byte)number); break;
            case >= 0 and < 65536: Op('M'); Bytes(2, span => BinaryPrimitives.WriteUInt16LittleEndian(span, (ushort)number)); break;
            case >= int.MinValue and <= int.MaxValue: Op('J'); Bytes(4, span => BinaryPrimitives.WriteInt32LittleEndian(span, (int)number)); break;
            default: Op('\x8a'); bytes.Add(8); Bytes(8, span => BinaryPrimitives.WriteInt64LittleEndian(span, number)); break;
        }
    }

    private void Text(string text)
    {
        if (texts.TryGetValue(text, out var place))
        {
            Recall(place);
            return;
        }

        var utf8 = Encoding.UTF8.GetBytes(text);
        Op('X');
        Bytes(4, span => BinaryPrimitives.WriteInt32LittleEndian(span, utf8.Length));
        bytes.AddRange(utf8);
        texts[text] = memoized;
        Memoize();
    }

    private void Global(string name)
    {
        var dot = name.LastIndexOf('.');
        Op('c');
        bytes.AddRange(Encoding.UTF8.GetBytes($"{name[..dot]}\n{name[(dot + 1)..]}\n"));
    }

    private bool Recalled(object value)
    {
        if (!memo.TryGetValue(value, out var place))
            return false;
        Recall(place);
        return true;
    }

    private void Memoize() => Place('q', 'r', memoized++);

    private void Recall(int place) => Place('h', 'j', place);

    private void Place(char small, char large, int place)
    {
        Op(place < 256 ? small : large);
        if (place < 256)
            bytes.Add((byte)place);
        else
            Bytes(4, span => BinaryPrimitives.WriteInt32LittleEndian(span, place));
    }

    private void Op(char opcode) => bytes.Add((byte)opcode);

    private void Bytes(int count, Action<Span<byte>> write)
    {
        var start = bytes.Count;
        CollectionsMarshal.SetCount(bytes, start + count);
        write(CollectionsMarshal.AsSpan(bytes).Slice(start, count));
    }
}
