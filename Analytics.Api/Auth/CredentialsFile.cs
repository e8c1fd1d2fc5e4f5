namespace Analytics.Api.Auth;

/// <summary>The file of generated credentials: lines <c>Name=value</c>, readable by its owner only.</summary>
internal static class CredentialsFile
{
    public static IReadOnlyDictionary<string, string> Read(string path) => !File.Exists(path)
        ? new Dictionary<string, string>()
        : File.ReadLines(path)
            .Where(line => !line.StartsWith('#') && line.Contains('=', StringComparison.Ordinal))
            .Select(line => line.Split('=', 2))
            .ToDictionary(pair => pair[0].Trim(), pair => pair[1].Trim(), StringComparer.OrdinalIgnoreCase);

    public static void Write(string path, IReadOnlyDictionary<string, string> values) => SecretFile.Replace(
        path,
        "# Generated at the first start. Keep it secret; delete it once you have noted the values.\n"
            + string.Concat(values.Select(pair => $"{pair.Key}={pair.Value}\n")));
}
