using Analytics.Api.Auth;
using Analytics.Api.Errors;
using Analytics.Api.Query;
using Analytics.Api.Query.Language;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.Api.SavedQueries;

/// <summary><c>POST /queries/{id}/run</c>: fills in the blanks, then it is a question like any other, in any format.</summary>
internal static class RunSavedQuery
{
    private static readonly string[] Members = ["parameters"];

    public static async Task<Results<EmptyHttpResult, ProblemHttpResult>> HandleAsync(
        string id, HttpContext context, SavedQueryStore store, Questions questions, CancellationToken cancellation, long? version = null)
    {
        if (version is < 1)
            return Problems.InvalidRequest("version is a number from 1.");
        var body = await QueryBody.ReadAsync(context.Request, cancellation);
        if (await store.FindAsync(Tenant.Of(context), id, version, cancellation) is not { } saved || saved.ToDefinition() is not { } definition)
            return Problems.NotFound(version is null ? "saved query" : "version of a saved query");

        var errors = new QueryErrors();
        return Fill(definition, body, errors) is { } question
            ? await questions.AnswerAsync(context, definition.Kind, question, cancellation)
            : Problems.InvalidQuery(errors);
    }

    /// <summary>No body at all means: every parameter has its default.</summary>
    private static byte[]? Fill(Definition definition, ReadOnlyMemory<byte> body, QueryErrors errors)
    {
        if (body.IsEmpty)
            return definition.Fill(null, errors);
        using var document = QueryNode.Parse(body, errors);
        if (document is null || new QueryNode(document.RootElement, "", errors).AsObject(Members) is not { } root)
            return null;
        return definition.Fill(root.Member("parameters"), errors);
    }
}
