using static TorchSharp.torch;

namespace DivNorm.Interop.Onnx;

/// <summary>
/// The messages of an ONNX model that export needs, with the field numbers of the specification (onnx/onnx.proto of
/// https://github.com/onnx/onnx; IR version 8, the one of operator set 17).
/// </summary>
internal static class OnnxMessages
{
    private const long IrVersion = 8;
    private const long Float = 1; // TensorProto.DataType
    private const long Int64 = 7;
    private const long IntAttribute = 2; // AttributeProto.AttributeType
    private const long StringAttribute = 3;
    private const long IntsAttribute = 7;

    /// <summary>ModelProto.</summary>
    public static ProtoMessage Model(string version, string description, ProtoMessage graph, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        var operators = new ProtoMessage(); // OperatorSetIdProto: domain = 1, empty for ONNX's own, version = 2
        operators.Add(1, "");
        operators.Add(2, OnnxExport.Opset);
        var model = new ProtoMessage();
        model.Add(1, IrVersion);
        model.Add(2, OnnxExport.Producer); // producer_name
        model.Add(3, version);             // producer_version
        model.Add(6, description);         // doc_string
        model.Add(7, graph);
        model.Add(8, operators);           // opset_import
        foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var entry = new ProtoMessage(); // StringStringEntryProto
            entry.Add(1, key);
            entry.Add(2, value);
            model.Add(14, entry);           // metadata_props
        }

        return model;
    }

    /// <summary>GraphProto.</summary>
    public static ProtoMessage Graph(
        string name, IEnumerable<ProtoMessage> nodes, IEnumerable<ProtoMessage> constants, IEnumerable<ProtoMessage> inputs, IEnumerable<ProtoMessage> outputs)
    {
        var graph = new ProtoMessage();
        Add(1, nodes);
        graph.Add(2, name);
        Add(5, constants); // initializer
        Add(11, inputs);
        Add(12, outputs);
        return graph;

        void Add(int field, IEnumerable<ProtoMessage> messages)
        {
            foreach (var message in messages)
                graph.Add(field, message);
        }
    }

    /// <summary>NodeProto with one output.</summary>
    public static ProtoMessage Node(string operation, string name, IEnumerable<string> inputs, string output, IEnumerable<ProtoMessage> attributes)
    {
        var node = new ProtoMessage();
        foreach (string input in inputs)
            node.Add(1, input);
        node.Add(2, output);
        node.Add(3, name);
        node.Add(4, operation); // op_type
        foreach (var attribute in attributes)
            node.Add(5, attribute);
        return node;
    }

    /// <summary>AttributeProto of an integer.</summary>
    public static ProtoMessage Attribute(string name, long value) => Attribute(name, IntAttribute, attribute => attribute.Add(3, value));

    /// <summary>AttributeProto of a text.</summary>
    public static ProtoMessage Attribute(string name, string value) => Attribute(name, StringAttribute, attribute => attribute.Add(4, value));

    /// <summary>AttributeProto of a list of integers.</summary>
    public static ProtoMessage Attribute(string name, IEnumerable<long> values) => Attribute(name, IntsAttribute, attribute =>
    {
        foreach (long value in values)
            attribute.Add(8, value);
    });

    /// <summary>TensorProto of a Float32 or Int64 tensor.</summary>
    public static ProtoMessage Constant(string name, Tensor values)
    {
        var tensor = new ProtoMessage();
        foreach (long size in values.shape)
            tensor.Add(1, size); // dims
        tensor.Add(2, values.dtype == ScalarType.Int64 ? Int64 : Float);
        tensor.Add(8, name);
        tensor.Add(9, values); // raw_data
        return tensor;
    }

    /// <summary>ValueInfoProto of a Float32 tensor. A size is a number, or a name where it is free.</summary>
    public static ProtoMessage Port(OnnxPort port)
    {
        var shape = new ProtoMessage(); // TensorShapeProto
        foreach (string size in port.Shape)
        {
            var dimension = new ProtoMessage(); // Dimension: dim_value = 1, dim_param = 2
            if (long.TryParse(size, out long number))
                dimension.Add(1, number);
            else
                dimension.Add(2, size);
            shape.Add(1, dimension);
        }

        var tensor = new ProtoMessage(); // TypeProto.Tensor
        tensor.Add(1, Float);
        tensor.Add(2, shape);
        var type = new ProtoMessage(); // TypeProto
        type.Add(1, tensor);
        var value = new ProtoMessage();
        value.Add(1, port.Name);
        value.Add(2, type);
        return value;
    }

    private static ProtoMessage Attribute(string name, long type, Action<ProtoMessage> addValue)
    {
        var attribute = new ProtoMessage();
        attribute.Add(1, name);
        addValue(attribute);
        attribute.Add(20, type);
        return attribute;
    }
}
