using Analytics.Api.Query.Language;

namespace Analytics.Api.Query;

/// <summary>An answer before it has a format.</summary>
/// <param name="Rows">Owned by whoever asked for the answer.</param>
/// <param name="Cache"><c>hit</c>, <c>miss</c>, or <c>partial</c>.</param>
/// <param name="Source">Where it was computed from: the word of a <see cref="Language.Source"/>.</param>
/// <param name="AsOfUnixMs">Everything stored by then is in it.</param>
internal sealed record Answer(
    IReadOnlyList<Column> Columns, Rows Rows, string Cache, string Source, TimeSpan Elapsed, long AsOfUnixMs);
