namespace Analytics.Api.Query.Language;

/// <summary>One thing wrong with a query: where (JSON pointer, RFC 6901), which rule, and what would be right.</summary>
/// <param name="Pointer">Of the offending member, e.g. <c>/measures/0/op</c>; empty for the whole document.</param>
/// <param name="Code">Stable word for programs, one of <see cref="QueryErrorCodes"/>.</param>
/// <param name="Message">Sentence for people; names the allowed values or the limit.</param>
/// <param name="Parameter">The query parameter the pointer is relative to; null for the body.</param>
internal readonly record struct QueryError(string Pointer, string Code, string Message, string? Parameter = null);

internal static class QueryErrorCodes
{
    public const string InvalidJson = "invalid_json";
    public const string WrongType = "wrong_type";
    public const string UnknownMember = "unknown_member";
    public const string Missing = "missing";
    public const string UnknownValue = "unknown_value";
    public const string UnknownField = "unknown_field";
    public const string InvalidValue = "invalid_value";
    public const string OutOfRange = "out_of_range";
    public const string TooMany = "too_many";
    public const string Conflict = "conflict";
}

/// <summary>Collects what is wrong with one query, so that the caller hears all of it at once.</summary>
internal sealed class QueryErrors(string? parameter = null)
{
    /// <summary>More would help nobody, and a hostile body could ask for a million.</summary>
    public const int Most = 20;

    private readonly List<QueryError> _errors = [];

    public IReadOnlyList<QueryError> All => _errors;

    public bool Any => _errors.Count > 0;

    public void Add(string pointer, string code, string message)
    {
        if (_errors.Count < Most)
            _errors.Add(new QueryError(pointer, code, message, parameter));
    }

    public void Take(QueryErrors others)
    {
        foreach (var error in others._errors.Take(Most - _errors.Count))
            _errors.Add(error);
    }
}
