using System.Text;
using Analytics.Api.Query;
using Analytics.Api.Query.Language;

namespace Analytics.Api.Tests.Query.Language;

/// <summary>Questions of any kind that must be refused, or must not.</summary>
internal static class Refusals
{
    public static void Check(QueryKind kind, string json, string at, string code)
    {
        var errors = new QueryErrors();

        var question = Questions.Read(kind, Encoding.UTF8.GetBytes(json), errors);

        Assert.Null(question);
        Assert.Contains((at, code), errors.All.Select(error => (error.Pointer, error.Code)));
        Assert.All(errors.All, error => Assert.NotEmpty(error.Message));
    }

    public static Question Accepted(QueryKind kind, string json)
    {
        var errors = new QueryErrors();
        var question = Questions.Read(kind, Encoding.UTF8.GetBytes(json), errors);
        Assert.False(errors.Any, string.Join('\n', errors.All));
        return question!;
    }
}
