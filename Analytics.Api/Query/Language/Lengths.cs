using System.Globalization;
using NodaTime;

namespace Analytics.Api.Query.Language;

/// <summary>Lengths of time: <c>30s</c>, <c>30m</c>, <c>12h</c>, <c>7d</c>, <c>2w</c>. Exact, unlike the days of a range, which are the calendar's.</summary>
internal static class Lengths
{
    /// <param name="most">Which ends the message of a refusal, e.g. <c>30d</c>.</param>
    public static Duration? Read(QueryNode node, Duration longest, string most)
    {
        if (node.AsString() is not { } text)
            return null;

        var seconds = text.Length is >= 2 and <= 9 ? text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3_600, 'd' => 86_400, 'w' => 7 * 86_400, _ => 0 } : 0;
        if (seconds == 0 || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var amount))
            node.Refuse(QueryErrorCodes.InvalidValue, "A whole number and a unit were expected: s (seconds), m (minutes), h, d or w, e.g. 30m, 24h, 7d.");
        else if (amount < 1 || (long)amount * seconds > (long)longest.TotalSeconds)
            node.Refuse(QueryErrorCodes.OutOfRange, $"1s to {most} are allowed.");
        else
            return Duration.FromSeconds((long)amount * seconds);
        return null;
    }
}
