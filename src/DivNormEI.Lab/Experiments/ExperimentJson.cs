using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using DivNorm.Lab.Data;
using DivNorm.Lab.Experiments.Comparison;
using DivNorm.Lab.Experiments.Contrast;
using DivNorm.Lab.Experiments.Curves;
using DivNorm.Lab.Experiments.Recognition;
using DivNorm.Lab.Experiments.SuperResolution;
using DivNorm.Lab.Experiments.Tuning;
using DivNorm.Lab.Experiments.Upscaling;
using DivNorm.Lab.Physiology;
using DivNorm.Lab.Reporting;
using DivNorm.Models;

namespace DivNorm.Lab.Experiments;

/// <summary>
/// How the experiments' configurations and results are written as JSON, made at compile time so that trimmed and ahead-of-time compiled programs
/// keep it. An enumeration that is in none of the converters would be written as a number.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    Converters =
    [
        typeof(FiniteDoubleConverter),
        typeof(FiniteSingleConverter),
        typeof(CamelCaseEnumConverter<BatchNormPlacement>),
        typeof(CamelCaseEnumConverter<BlockStart>),
        typeof(CamelCaseEnumConverter<ComputeDevice>),
        typeof(CamelCaseEnumConverter<InputReading>),
        typeof(CamelCaseEnumConverter<LearningRateSchedule>),
        typeof(CamelCaseEnumConverter<Readout>),
        typeof(CamelCaseEnumConverter<UpscaleView>),
        typeof(CamelCaseEnumConverter<Background>),
    ])]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(ContrastConfig))]
[JsonSerializable(typeof(ContrastResults))]
[JsonSerializable(typeof(ComparisonConfig))]
[JsonSerializable(typeof(ComparisonResults))]
[JsonSerializable(typeof(FinishedLayer))]
[JsonSerializable(typeof(RecognitionConfig))]
[JsonSerializable(typeof(RecognitionResults))]
[JsonSerializable(typeof(Vgg9Options))]
[JsonSerializable(typeof(ImageTransform))]
[JsonSerializable(typeof(EvaluationResult))]
[JsonSerializable(typeof(IReadOnlyList<ClassifiedImage>))]
[JsonSerializable(typeof(TuneResults))]
[JsonSerializable(typeof(CurveResults))]
[JsonSerializable(typeof(UpscaleResults))]
[JsonSerializable(typeof(ModelLayers))]
[JsonSerializable(typeof(Curves.UnitMeasures), TypeInfoPropertyName = "CurveUnitMeasures")] // the battery has a record of this name too
[JsonSerializable(typeof(IReadOnlyList<Curves.UnitMeasures>), TypeInfoPropertyName = "CurveUnitMeasuresList")]
[JsonSerializable(typeof(IReadOnlyList<LayerTiming>))]
[JsonSerializable(typeof(IReadOnlyList<NetworkTiming>))]
internal sealed partial class ExperimentJson : JsonSerializerContext;
