namespace Analytics.Api.Query.Sql;

/// <summary>What is wrong with an analyst's statement, in words for its author.</summary>
/// <param name="Reason">For programs: <c>syntax</c>, <c>not_allowed</c>, <c>unknown_table</c>, <c>parameter</c>, <c>refused</c>.</param>
/// <param name="Position">Of a syntax error: the character it stands at, from 1.</param>
/// <param name="Parameter">The parameter it is about.</param>
internal sealed record SqlError(string Reason, string Message, int? Position = null, string? Parameter = null)
{
    public static SqlError NotAllowed(string message) => new("not_allowed", message);
}
