using static TorchSharp.torch;

namespace DivNorm.Interop.Onnx;

/// <summary>
/// A graph under construction. Constants and nodes stand in the order in which they are added, so that the same model gives the same bytes. Names are unique;
/// those within a part of the model begin with its name: <c>normalization.energy</c>.
/// </summary>
/// <remarks>Constants are kept as tensors of the caller's dispose scope, which has to last until the graph is written.</remarks>
internal sealed class OnnxGraph
{
    private readonly Content content;
    private readonly string prefix;

    /// <summary>An empty graph.</summary>
    public OnnxGraph()
        : this(new Content(), "")
    {
    }

    private OnnxGraph(Content content, string prefix) => (this.content, this.prefix) = (content, prefix);

    /// <summary>The same graph, to add a part of the model to it.</summary>
    public OnnxGraph Part(string name) => new(content, $"{prefix}{name}.");

    /// <summary>Adds weights, rounded to Float32.</summary>
    /// <returns>The constant's name in the graph.</returns>
    public string Constant(string name, Tensor weights) => AddConstant(name, weights.detach().to(ScalarType.Float32));

    /// <summary>Adds a list of integers.</summary>
    /// <returns>The constant's name in the graph.</returns>
    public string Constant(string name, params long[] values) => AddConstant(name, tensor(values));

    /// <summary>Adds an operation.</summary>
    /// <param name="operation">Its name in ONNX's operator set.</param>
    /// <param name="name">The name of the node and of its output.</param>
    /// <param name="inputs">Names of values in the graph; empty for an optional input left out.</param>
    /// <param name="attributes">Made by <see cref="OnnxMessages"/>.</param>
    /// <returns>The output's name in the graph.</returns>
    public string Node(string operation, string name, string[] inputs, params ProtoMessage[] attributes)
    {
        string output = Unique(name);
        content.Nodes.Add(OnnxMessages.Node(operation, output, inputs, output, attributes));
        return output;
    }

    /// <summary>Makes the graph of one input and one output.</summary>
    /// <param name="name">What the graph is called.</param>
    /// <param name="input">The input, a name that no node has.</param>
    /// <param name="output">The output, likewise: an identity gives the last value this name.</param>
    /// <param name="last">The value that the model answers with.</param>
    public ProtoMessage ToMessage(string name, OnnxPort input, OnnxPort output, string last)
    {
        Node("Identity", output.Name, [last]);
        return OnnxMessages.Graph(name, content.Nodes, content.Constants, [OnnxMessages.Port(input)], [OnnxMessages.Port(output)]);
    }

    private string AddConstant(string name, Tensor values)
    {
        string unique = Unique(name);
        content.Constants.Add(OnnxMessages.Constant(unique, values));
        return unique;
    }

    private string Unique(string name)
    {
        string full = prefix + name;
        return content.Names.Add(full) ? full : throw new InvalidOperationException($"The graph has two values called '{full}'.");
    }

    private sealed class Content
    {
        public List<ProtoMessage> Nodes { get; } = [];

        public List<ProtoMessage> Constants { get; } = [];

        public HashSet<string> Names { get; } = new(StringComparer.Ordinal);
    }
}
