using System.Buffers;
using System.IO.Pipelines;
using Analytics.Api.Errors;
using Analytics.Api.Query.Formats;
using Analytics.Api.Query.Language;
using Microsoft.AspNetCore.Http.HttpResults;
using NodaTime;

namespace Analytics.Api.Query;

/// <summary><c>GET /api/v1/schema</c>: which events a tenant has, and what they hold.</summary>
internal static class ShowSchema
{
    private static readonly SchemaFormat Format = new();

    public static Task<Results<EmptyHttpResult, ProblemHttpResult>> Handle(HttpContext context, Questions questions, CancellationToken cancellationToken)
    {
        var errors = new QueryErrors();
        return SchemaQuery.Read(context.Request.Query, errors) is { } query
            ? questions.AnswerAsync(
                context, Format, _ => query.Canonical(), now => query.Range.Resolve(now, DateTimeZone.Utc), (_, range) => query.Plan(range), errors, cancellationToken)
            : Task.FromResult<Results<EmptyHttpResult, ProblemHttpResult>>(Problems.InvalidQuery(errors));
    }

    /// <summary>The object of the plan with <c>meta</c> as its last member.</summary>
    private sealed class SchemaFormat : AnswerFormat
    {
        public override string Word => "schema";

        public override string MediaType => "application/json";

        public override async ValueTask WriteAsync(PipeWriter output, Answer answer, CancellationToken cancellationToken)
        {
            output.Write(answer.Rows.Bytes[..^1]);
            JsonFormat.WriteMeta(output, answer);
            await output.FlushAsync(cancellationToken);
        }
    }
}
