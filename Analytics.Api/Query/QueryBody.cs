using System.Buffers;

namespace Analytics.Api.Query;

/// <summary>Reads a query's JSON, whatever content type it claims: there is only one it can be.</summary>
internal static class QueryBody
{
    /// <summary>A thousand values of 50 characters fit; a larger question is no question.</summary>
    public const int MostBytes = 64 * 1024;

    /// <exception cref="BadHttpRequestException">413: the body is larger.</exception>
    public static async Task<byte[]> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > MostBytes)
            throw TooLarge();

        while (true)
        {
            var read = await request.BodyReader.ReadAsync(cancellationToken);
            if (read.Buffer.Length > MostBytes)
                throw TooLarge();
            if (read.IsCompleted)
            {
                var body = read.Buffer.ToArray();
                request.BodyReader.AdvanceTo(read.Buffer.End);
                return body;
            }

            request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static BadHttpRequestException TooLarge() =>
        new("The query is too large.", StatusCodes.Status413PayloadTooLarge);
}
