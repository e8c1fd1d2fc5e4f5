namespace Analytics.Api.Query.Language;

/// <summary>The member <c>compare</c>: the same question about the range before, as further columns behind those of the answer.</summary>
internal static class Comparison
{
    private const string Suffix = "_previous";

    private static readonly string[] Words = ["previous"];

    /// <summary>Where the bucket begins that the measures of the range before are from.</summary>
    public static readonly Column Time = new("time" + Suffix, ColumnType.Time);

    public static bool ReadMember(QueryNode question) => question.Member("compare") is { } word && word.AsWord(Words) is not null;

    /// <summary>In canonical forms; null without.</summary>
    public static string? Word(bool compare) => compare ? Words[0] : null;

    public static IEnumerable<Column> Columns(IEnumerable<Measure> measures) => measures.Select(measure => new Column(measure.Name + Suffix, measure.Type));

    /// <summary>The further columns have names of their own.</summary>
    public static void RefuseTakenNames(QueryNode query, IReadOnlyList<Measure> measures, IEnumerable<string> taken)
    {
        foreach (var name in Columns(measures).Select(column => column.Name).Intersect(taken.Concat(measures.Select(measure => measure.Name)), StringComparer.Ordinal))
            query.Errors.Add("/measures", QueryErrorCodes.Conflict, $"Two columns would be called \"{name}\", which compare adds; choose another \"as\".");
    }
}

/// <summary>The range to compare with and where its measures come from.</summary>
internal record Previous(ResolvedRange Range, Source Source);

/// <summary>The same with buckets, and which of them stands beside each bucket of the answer; -1 for none.</summary>
internal sealed record PreviousBuckets(ResolvedRange Range, Source Source, Buckets Buckets, IReadOnlyList<int> Beside) : Previous(Range, Source);
