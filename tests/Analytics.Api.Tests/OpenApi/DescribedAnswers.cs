using Analytics.Api.OpenApi;
using Microsoft.Extensions.DependencyInjection;

namespace Analytics.Api.Tests.OpenApi;

/// <summary>
/// Between the tests' clients and the API: every answer that any test receives must be as the OpenAPI document describes it.
/// Streams are left alone, and so are documents beyond a size where checking would only cost time.
/// </summary>
internal sealed class DescribedAnswers(IServiceProvider services) : DelegatingHandler
{
    private const int MostBytes = 1 << 20;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = await base.SendAsync(request, cancellationToken);
        var type = answer.Content.Headers.ContentType?.MediaType;
        if (type is not (null or "application/json" or "application/problem+json"))
            return answer;

        await answer.Content.LoadIntoBufferAsync(cancellationToken);
        var body = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        if (body.Length > MostBytes)
            return answer;

        var description = Description.Of(await services.GetRequiredService<ApiDescription>().Document);
        var errors = description.Errors(request.Method.Method, request.RequestUri!.AbsolutePath, (int)answer.StatusCode, type, body);
        Assert.True(errors.Count == 0, $"The API and its description disagree (Analytics.Api/OpenApi/Areas):\n{string.Join('\n', errors)}");
        return answer;
    }
}
