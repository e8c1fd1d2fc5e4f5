namespace AppHost.Infra;

/// <summary>Secrets and files of a local run.</summary>
internal static class Settings
{
    /// <summary>A password kept in the user secrets; no special characters, because connection strings and URLs would need them escaped.</summary>
    public static IResourceBuilder<ParameterResource> AddGeneratedSecret(this IDistributedApplicationBuilder builder, string name) =>
        builder.AddParameter(name, new GenerateParameterDefault { MinLength = 22, Special = false }, secret: true, persist: true);

    /// <summary>A path under <c>data/apphost</c> at the root of the repository; its folder exists afterwards.</summary>
    public static string DataFile(this IDistributedApplicationBuilder builder, params string[] parts)
    {
        var path = Path.GetFullPath(Path.Combine(["..", "data", "apphost", .. parts]), builder.AppHostDirectory);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }
}
