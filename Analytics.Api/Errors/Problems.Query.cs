using Analytics.Api.Query;
using Analytics.Api.Query.Language;
using Analytics.Api.Query.Sql;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.Api.Errors;

internal static partial class Problems
{
    private const string Narrow = "Take a shorter range, add filters (type is the cheapest), or group by fewer or less diverse fields.";

    /// <summary>400 with everything that is wrong with a query, each with its JSON pointer.</summary>
    public static ProblemHttpResult InvalidQuery(QueryErrors errors)
    {
        var list = errors.All.Select(error => error.Parameter is null
            ? (object)new { pointer = error.Pointer, code = error.Code, message = error.Message }
            : new { parameter = error.Parameter, pointer = error.Pointer, code = error.Code, message = error.Message }).ToList();
        var first = errors.All[0];
        var place = first.Parameter is { } parameter ? $"{parameter}{first.Pointer}" : first.Pointer;
        return Problem(StatusCodes.Status400BadRequest, "invalid_query", "The query is invalid.",
            place.Length > 0 ? $"{place}: {first.Message}" : first.Message, new Dictionary<string, object?> { ["errors"] = list });
    }

    /// <summary>406: the request accepts no format there is.</summary>
    public static ProblemHttpResult NotAcceptable(string available) => Problem(
        StatusCodes.Status406NotAcceptable, "not_acceptable", "There is no such format.", $"Accept one of {available}.");

    /// <summary>400: what an analyst's statement may not say, or the engine does not understand.</summary>
    public static ProblemHttpResult InvalidSql(SqlError error)
    {
        var members = new Dictionary<string, object?> { ["reason"] = error.Reason };
        if (error.Position is { } position)
            members["position"] = position;
        if (error.Parameter is { } parameter)
            members["parameter"] = parameter;
        return Problem(StatusCodes.Status400BadRequest, "invalid_sql", "The statement cannot be answered.", error.Message, members);
    }

    /// <param name="limit">The limit that was reached, named in the detail and as the member <c>limit</c>.</param>
    public static ProblemHttpResult QueryFailed(FailureKind kind, QueryLimit? limit = null) => kind switch
    {
        FailureKind.Timeout => Limited(StatusCodes.Status504GatewayTimeout, "query_timeout", "The query took too long and was stopped.", limit),
        FailureKind.Memory => Limited(StatusCodes.Status422UnprocessableEntity, "query_too_expensive", "The query needs more memory than one query may have.", limit),
        FailureKind.TooMuchRead => Limited(StatusCodes.Status422UnprocessableEntity, "query_too_expensive", "The query reads more than one query may.", limit),
        FailureKind.TooLarge => Limited(StatusCodes.Status422UnprocessableEntity, "result_too_large", "The answer is larger than one answer may be.", limit),
        FailureKind.TenantBusy => Problem(StatusCodes.Status429TooManyRequests, "too_busy", "Too many of your tenant's queries are waiting; try again."),
        FailureKind.Busy => Problem(StatusCodes.Status503ServiceUnavailable, "too_busy", "Too many queries are running; try again."),
        FailureKind.Away => Unavailable("The query engine does not answer."),
        _ => Problem(StatusCodes.Status500InternalServerError, ErrorCodes.InternalError, "The query failed. The trace id leads to the reason in the logs."),
    };

    private static ProblemHttpResult Limited(int status, string code, string title, QueryLimit? limit) => limit is null
        ? Problem(status, code, title, Narrow)
        : Problem(status, code, title, $"The limit {limit.Option} is {limit.Value}. {Narrow}",
            new Dictionary<string, object?> { ["limit"] = new { name = limit.Option, value = limit.Value } });
}
