using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace Analytics.Api.Errors;

/// <summary>A request body whose properties carry data annotations. <see cref="RequestValidation"/> checks them before the handler runs.</summary>
internal interface IValidatedRequest;

/// <summary>Refuses a body that breaks the rules on its properties, naming all of them at once.</summary>
internal static class RequestValidation
{
    // The framework's generated validation knows public types only; the requests here are internal.
    public static RouteGroupBuilder ValidateRequests(this RouteGroupBuilder group)
    {
        group.AddEndpointFilter(async (context, next) =>
        {
            foreach (var argument in context.Arguments)
            {
                if (argument is IValidatedRequest request && Errors(request) is { Count: > 0 } errors)
                    return Problems.InvalidRequest("Some members break their rules.", errors);
            }

            return await next(context);
        });
        return group;
    }

    private static Dictionary<string, string[]> Errors(IValidatedRequest request)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(request, new ValidationContext(request), results, validateAllProperties: true);
        return results
            .SelectMany(result => result.MemberNames.Select(member => (Member: JsonNamingPolicy.CamelCase.ConvertName(member), result.ErrorMessage)))
            .GroupBy(error => error.Member, error => error.ErrorMessage ?? "Invalid.")
            .ToDictionary(errors => errors.Key, errors => errors.ToArray());
    }
}
