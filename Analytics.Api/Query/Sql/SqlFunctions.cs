using System.Collections.Frozen;

namespace Analytics.Api.Query.Sql;

/// <summary>The functions analysts may call: the list in <c>functions.txt</c>, aggregate functions also with the engine's combinators behind.</summary>
internal static class SqlFunctions
{
    private static readonly string[] Combinators =
        ["If", "Array", "Distinct", "OrDefault", "OrNull", "State", "SimpleState", "Merge", "ForEach", "Resample", "ArgMin", "ArgMax", "Map", "Null", "Tuple"];

    private static readonly FrozenDictionary<string, FrozenSet<string>> ByCategory = Read();
    private static readonly FrozenSet<string> All = ByCategory.Values.SelectMany(names => names).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    private static readonly FrozenSet<string> Aggregates = ByCategory["Aggregate Functions"];

    public static bool IsAllowed(string name) => All.Contains(name) || IsCombined(name);

    private static bool IsCombined(string name)
    {
        foreach (var combinator in Combinators)
            if (name.EndsWith(combinator, StringComparison.OrdinalIgnoreCase) && name.Length > combinator.Length
                && name[..^combinator.Length] is var inner && (Aggregates.Contains(inner) || IsCombined(inner)))
                return true;
        return false;
    }

    // "[Category]", then names separated by blanks.
    private static FrozenDictionary<string, FrozenSet<string>> Read()
    {
        using var file = new StreamReader(typeof(SqlFunctions).Assembly.GetManifestResourceStream("Analytics.Api.Query.Sql.functions.txt")!);
        return file.ReadToEnd().Split('[')[1..].Select(part => part.Split(']')).ToFrozenDictionary(
            part => part[0], part => part[1].Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.OrdinalIgnoreCase));
    }
}
