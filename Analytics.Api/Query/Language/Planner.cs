using NodaTime;

namespace Analytics.Api.Query.Language;

/// <summary>
/// Settles what the words leave open: what "last" and "auto" mean now, and which source answers. A source qualifies when it gives exactly
/// the answer of <see cref="Source.Raw"/>; the cheapest one that qualifies is taken, and raw always does.
/// </summary>
internal static class Planner
{
    /// <summary>Of a whole answer: groups times buckets.</summary>
    public const int MostRows = 100_000;

    /// <summary>Null when the answer would be too large, which <paramref name="errors"/> then says.</summary>
    public static TimeseriesPlan? Plan(TimeseriesQuery query, Instant now, QueryErrors errors)
    {
        var range = query.Range.Resolve(now, query.Zone);
        if (PlanBuckets(range, query.Interval, query.Zone, query.GroupBy.Count == 0 ? 1 : query.Limit, errors) is not { } buckets)
            return null;
        if (!query.Compare)
            return new TimeseriesPlan(query, range, buckets, Rollup.OrRaw(range, buckets.Starts, query.Measures, query.Filters, query.GroupBy));

        var previous = PreviousRange.Of(query.Range, range, query.Zone, buckets.Interval);
        var before = Buckets.Of(previous.Range, buckets.Interval, query.Zone);
        var sources = Rollup.OrRaw((range, buckets.Starts), (previous.Range, before.Starts), query.Measures, query.Filters, query.GroupBy);
        return new TimeseriesPlan(query, range, buckets, sources.Source, new PreviousBuckets(previous.Range, sources.Before, before, previous.Beside(buckets, before)));
    }

    /// <summary>The buckets of an answer with a row for each bucket and group; null when that would be too many.</summary>
    public static Buckets? PlanBuckets(ResolvedRange range, Interval word, DateTimeZone zone, int groups, QueryErrors errors)
    {
        var interval = word.Choose(range);
        var estimate = Buckets.Estimate(range, interval);
        if (estimate > Buckets.Most)
        {
            errors.Add("/interval", QueryErrorCodes.TooMany,
                $"The range has about {estimate} buckets of one {interval.Word()}; at most {Buckets.Most} are allowed. Take a wider interval or a shorter range.");
            return null;
        }

        var buckets = Buckets.Of(range, interval, zone);
        if (groups > 1 && (long)groups * buckets.Count > MostRows)
        {
            errors.Add("/limit", QueryErrorCodes.TooMany,
                $"{groups} groups of {buckets.Count} buckets; at most {MostRows} rows are allowed. Take fewer groups, a wider interval or a shorter range.");
            return null;
        }

        return buckets;
    }
}
