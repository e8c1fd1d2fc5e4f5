using System.Reflection;

namespace Analytics.Contracts.Schema;

/// <summary>One numbered <c>.sql</c> file of this assembly: statements separated by <c>;</c> at the end of a line.</summary>
internal sealed record Migration(int Version, string Name, IReadOnlyList<string> Statements)
{
    public static IReadOnlyList<Migration> LoadAll()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var migrations = assembly.GetManifestResourceNames()
            .Where(name => name.EndsWith(".sql", StringComparison.Ordinal))
            .Select(name => Parse(name, Read(assembly, name)))
            .OrderBy(migration => migration.Version)
            .ToList();
        var clash = migrations.GroupBy(migration => migration.Version).FirstOrDefault(group => group.Count() > 1);
        return clash is null
            ? migrations
            : throw new InvalidOperationException($"Two migrations have the number {clash.Key}.");
    }

    internal static Migration Parse(string resourceName, string text)
    {
        // Analytics.Contracts.Schema.0001_events.sql
        var name = resourceName.Split('.')[^2];
        var version = int.Parse(name.AsSpan(0, 4), System.Globalization.CultureInfo.InvariantCulture);
        var lines = text.Split('\n').Where(line => !line.TrimStart().StartsWith("--", StringComparison.Ordinal));
        var statements = string.Join('\n', lines)
            .Split(";\n", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(statement => statement.TrimEnd(';', '\n', ' '))
            .Where(statement => statement.Length > 0)
            .ToList();
        return new Migration(version, name, statements);
    }

    private static string Read(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
