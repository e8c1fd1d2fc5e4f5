using System.IO.Pipelines;
using Microsoft.Net.Http.Headers;

namespace Analytics.Api.Query.Formats;

/// <summary>A form in which an answer's rows can be had.</summary>
internal abstract class AnswerFormat
{
    /// <summary>The word for it in bodies, e.g. of exports.</summary>
    public abstract string Word { get; }

    /// <summary>Without parameters, e.g. <c>text/csv</c>.</summary>
    public abstract string MediaType { get; }

    public virtual string ContentType => MediaType;

    public abstract ValueTask WriteAsync(PipeWriter output, Answer answer, CancellationToken cancellationToken);
}

/// <summary>Every format there is, and which one a request wants.</summary>
internal static class AnswerFormats
{
    public static readonly IReadOnlyList<AnswerFormat> All = [new JsonFormat(), new CsvFormat(), new NdJsonFormat(), TableFormat.Arrow, TableFormat.Parquet];

    public static readonly string MediaTypes = string.Join(", ", All.Select(format => format.MediaType));

    public static AnswerFormat? Find(string word) => All.FirstOrDefault(format => format.Word == word);

    /// <summary>The best match of <c>Accept</c> (RFC 9110, 12.5.1); JSON when nothing in particular is wanted; null when it wants something else.</summary>
    public static AnswerFormat? Negotiate(HttpRequest request)
    {
        var accept = request.Headers.Accept;
        if (accept.Count == 0 || !MediaTypeHeaderValue.TryParseList(accept, out var wanted) || wanted.Count == 0)
            return All[0];

        return wanted
            .Where(range => range.Quality is not 0)
            .OrderByDescending(range => range.Quality ?? 1)
            .ThenBy(range => range.MatchesAllTypes ? 2 : range.MatchesAllSubTypes ? 1 : 0)
            .Select(range => All.FirstOrDefault(format => Matches(range, format)))
            .FirstOrDefault(format => format is not null);
    }

    // Parameters such as charset or header do not change what is sent.
    private static bool Matches(MediaTypeHeaderValue range, AnswerFormat format) =>
        range.MatchesAllTypes
        || range.MediaType.Equals(format.MediaType, StringComparison.OrdinalIgnoreCase)
        || (range.MatchesAllSubTypes && format.MediaType.StartsWith($"{range.Type}/", StringComparison.OrdinalIgnoreCase));
}
