namespace DivNorm.Interop;

/// <summary>What the calls and the persistent ids of a state dict's pickle stand for: storages, tensors, parameters, dicts.</summary>
internal sealed class PickleCalls(MemoryBudget budget, Func<string, UserInputException> error)
{
    /// <summary>A persistent id: ('storage', torch.FloatStorage, key, location, number of elements). Where the storage lived does not matter here.</summary>
    internal PickleStorage Storage(object? id)
    {
        budget.Charge(3 * MemoryBudget.Object);
        return id is object?[] and ["storage", PickleGlobal { Storage: { } type }, string key, string, long and >= 0 and var count]
            ? new PickleStorage(SafetensorsDType.Find(type)!, key, count)
            : throw error("it refers to something that is no storage of a tensor");
    }

    /// <summary>What a call stands for.</summary>
    internal object Result(PickleGlobal function, object?[] arguments)
    {
        if (function == PickleGlobal.OrderedDict && arguments is [])
        {
            budget.Charge(PickleDict.Size);
            return new PickleDict();
        }

        // data, requires_grad, backward_hooks
        if (function == PickleGlobal.RebuildParameter && arguments is [PickleTensor data, bool, PickleDict])
            return data;
        if (function == PickleGlobal.RebuildTensor)
            return Tensor(arguments);
        throw error($"it calls {function.Name} in a way that state dicts do not");
    }

    /// <summary>Storage, offset, size, stride, requires_grad, backward_hooks, and where a tensor is conjugated or negated a dict that says so.</summary>
    private PickleTensor Tensor(object?[] arguments)
    {
        if (arguments is [_, _, _, _, _, _, PickleDict { Items.Count: > 0 }])
            throw error("a tensor is a conjugated or negated view; clone it before it is saved");
        if (arguments.Length is < 6 or > 7
            || (arguments[0], arguments[1], arguments[2], arguments[3]) is not (PickleStorage storage, long and >= 0 and var offset, object?[] size, object?[] stride))
        {
            throw error("a tensor is not described as torch.save does");
        }

        budget.Charge(5 * MemoryBudget.Object + sizeof(long) * (size.Length + stride.Length));
        return new PickleTensor(storage, offset, Integers(size), Integers(stride));
    }

    private long[] Integers(object?[] values)
    {
        if (values.Length > TensorEntry.MaximumRank)
            throw error($"a tensor has more than {TensorEntry.MaximumRank} dimensions");
        return Array.ConvertAll(values, value => value is long and >= 0 and var number ? number : throw error("a size or a stride is no whole number from 0 on"));
    }
}
