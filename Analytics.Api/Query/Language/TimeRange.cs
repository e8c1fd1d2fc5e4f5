using System.Globalization;
using NodaTime;
using NodaTime.Text;

namespace Analytics.Api.Query.Language;

/// <summary>
/// <c>{"from","to"}</c>, half open, or <c>{"last":"7d"}</c>, which ends with the current minute, so that the same question asked again
/// within it means the same. Minutes and hours are exact; days, weeks and months are the calendar's in the query's timezone, so that
/// <c>1d</c> asked at 09:00 starts yesterday at 09:01, also when clocks changed.
/// </summary>
internal abstract record TimeRange
{
    /// <summary>What an event's time can be; stored times fit into 32 bits of seconds.</summary>
    public static readonly Instant Earliest = Instant.FromUtc(1970, 1, 1, 0, 0);

    public static readonly Instant Latest = Instant.FromUtc(2101, 1, 1, 0, 0);

    private static readonly string[] Members = ["from", "to", "last"];

    private static readonly OffsetDateTimePattern Rfc3339 = OffsetDateTimePattern.Rfc3339;

    public abstract ResolvedRange Resolve(Instant now, DateTimeZone zone);

    /// <summary>Whether its length was given as hours or minutes, which no clock change stretches.</summary>
    public virtual bool IsExact => false;

    /// <summary>One text per range.</summary>
    public abstract string Canonical();

    /// <summary>The member <c>range</c> of a question, which every kind requires.</summary>
    public static TimeRange? ReadMember(QueryNode question) =>
        question.Required("range", "e.g. {\"last\":\"7d\"}, or {\"from\":\"2026-11-01T00:00:00Z\",\"to\":\"2026-12-01T00:00:00Z\"}.") is { } range
            ? Read(range) : null;

    public static TimeRange? Read(QueryNode node)
    {
        if (node.AsObject(Members) is not { } range)
            return null;

        var (from, to, last) = (range.Member("from"), range.Member("to"), range.Member("last"));
        if (last is { } word && from is null && to is null)
            return word.AsString() is { } text ? ReadLast(text, word) : null;
        if (last is not null || from is null || to is null)
        {
            range.Refuse(QueryErrorCodes.Conflict, "Give either \"from\" and \"to\", or \"last\".");
            return null;
        }

        var (start, end) = (ReadInstant(from.Value), ReadInstant(to.Value));
        return start is null || end is null ? null : Make(start.Value, end.Value, to.Value);
    }

    public static TimeRange? Make(Instant from, Instant to, QueryNode blame)
    {
        if (from < to)
            return new Between(from, to);

        blame.Refuse(QueryErrorCodes.Conflict, "\"to\" must be after \"from\"; the range is half open: from <= time < to.");
        return null;
    }

    public static Instant? ReadInstant(QueryNode node) => node.AsString() is { } text ? ReadInstant(text, node) : null;

    public static Instant? ReadInstant(string text, QueryNode node)
    {
        if (!TryReadInstant(text, out var instant))
            node.Refuse(QueryErrorCodes.InvalidValue, "Not an RFC 3339 time with offset, e.g. 2026-11-24T08:30:00Z or 2026-11-24T09:30:00+01:00.");
        else if (instant < Earliest || instant > Latest)
            node.Refuse(QueryErrorCodes.OutOfRange, "Times from 1970-01-01T00:00:00Z to 2101-01-01T00:00:00Z are allowed.");
        else
            return instant;
        return null;
    }

    public static bool TryReadInstant(string text, out Instant instant)
    {
        var parsed = Rfc3339.Parse(text);
        instant = parsed.Success ? parsed.Value.ToInstant() : default;
        return parsed.Success;
    }

    public static TimeRange? ReadLast(string text, QueryNode node)
    {
        if (text.Length is >= 2 and <= 7
            && "mhdwM".Contains(text[^1], StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var amount)
            && amount > 0)
            return new Last(amount, text[^1]);

        node.Refuse(QueryErrorCodes.InvalidValue, "A whole number and a unit were expected: m (minutes), h, d, w or M (months), e.g. 90m, 24h, 7d, 12w, 6M.");
        return null;
    }

    internal sealed record Between(Instant From, Instant To) : TimeRange
    {
        public override ResolvedRange Resolve(Instant now, DateTimeZone zone) => new(From, To);

        public override string Canonical() => $"{From.ToUnixTimeTicks()}-{To.ToUnixTimeTicks()}";
    }

    internal sealed record Last(int Amount, char Unit) : TimeRange
    {
        public override bool IsExact => Unit is 'm' or 'h';

        public override ResolvedRange Resolve(Instant now, DateTimeZone zone)
        {
            var to = Instant.FromUnixTimeSeconds(((now.ToUnixTimeSeconds() / 60) + 1) * 60);
            return new ResolvedRange(Instant.Max(Back(to, zone), Earliest), to);
        }

        public override string Canonical() => $"{Amount}{Unit}";

        private Instant Back(Instant end, DateTimeZone zone) => Unit switch
        {
            'm' => end - Duration.FromMinutes(Amount),
            'h' => end - Duration.FromHours(Amount),
            'd' => Back(end, zone, Period.FromDays(Amount)),
            'w' => Back(end, zone, Period.FromWeeks(Amount)),
            _ => Back(end, zone, Period.FromMonths(Math.Min(Amount, 12 * 200))),
        };

        private static Instant Back(Instant end, DateTimeZone zone, Period period)
        {
            var local = end.InZone(zone).LocalDateTime;
            var oldest = Earliest.InUtc().LocalDateTime.PlusDays(-1);
            return Period.Between(oldest, local, PeriodUnits.Days).Days <= ApproximateDays(period)
                ? Earliest
                : zone.AtLeniently(local.Minus(period)).ToInstant();
        }

        private static long ApproximateDays(Period period) => period.Days + 7L * period.Weeks + 28L * period.Months;
    }
}

/// <summary>What a range means at one moment: <c>From &lt;= time &lt; To</c>.</summary>
internal readonly record struct ResolvedRange(Instant From, Instant To)
{
    /// <summary>Stored times are whole milliseconds, so both bounds round up without changing which events match.</summary>
    public long FromMs => Ceiling(From);

    public long ToMs => Ceiling(To);

    private static long Ceiling(Instant instant)
    {
        var floor = instant.ToUnixTimeMilliseconds();
        return Instant.FromUnixTimeMilliseconds(floor) == instant ? floor : floor + 1;
    }
}
