using NJsonSchema.CodeGeneration.CSharp;
using NSwag;
using NSwag.CodeGeneration.CSharp;
using NSwag.CodeGeneration.OperationNameGenerators;

// From an OpenAPI document (first argument) to a C# client (second argument), as NSwag's own command-line tool would do it.
var document = await OpenApiDocument.FromJsonAsync(await File.ReadAllTextAsync(args[0]));
var settings = new CSharpClientGeneratorSettings
{
    ClassName = "AnalyticsClient",
    UseBaseUrl = false,
    OperationNameGenerator = new SingleClientFromOperationIdOperationNameGenerator(),
    CSharpGeneratorSettings =
    {
        Namespace = "GeneratedClient",
        // The client's enums carry the words of the API as EnumMember, which System.Text.Json does not read.
        JsonLibrary = CSharpJsonLibrary.NewtonsoftJson,
        GenerateNullableReferenceTypes = true,
        GenerateOptionalPropertiesAsNullable = true,
    },
};
Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(args[1]))!);
await File.WriteAllTextAsync(args[1], new CSharpClientGenerator(document, settings).GenerateFile());
