using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Analytics.Api.Query.Sql;

/// <summary>
/// Turns the engine's refusal of an analyst's statement into words for its author. Of the engine's text only what speaks of the statement
/// itself is shown, and nothing when it mentions anything else: names of databases, addresses, paths.
/// </summary>
internal static partial class SqlFailure
{
    private const int UnknownTable = 60, SyntaxError = 62, Authentication = 516, UnknownUser = 192, WrongPassword = 193, PasswordRequired = 194;

    // About columns, types, values, grouping: ErrorCodes.cpp.
    private static readonly FrozenSet<int> Telling = new[]
    {
        6, 16, 25, 26, 27, 32, 34, 35, 36, 38, 41, 42, 43, 44, 46, 47, 48, 50, 53, 62, 63, 69, 70, 72, 73, 80, 117, 125, 127, 128, 131, 153, 161, 167,
        168, 179, 182, 184, 190, 204, 206, 207, 215, 243, 248, 258, 349, 352, 386, 403, 407, 427, 436, 441, 456, 457, 481, 530, 584, 636, 674, 676, 688, 700,
    }.ToFrozenSet();

    // Broken disks, files, networks and the engine's own mistakes: whoever operates it must hear of them, not the author of a statement.
    private static readonly FrozenSet<int> Faults = new[]
    {
        40, 49, 74, 75, 76, 95, 96, 107, 173, 198, 209, 210, 225, 232, 234, 246, 271, 279, 425, 499, 999, 1000, 1001, 1002,
    }.ToFrozenSet();

    /// <summary>Null when it is not the statement's fault.</summary>
    public static SqlError? Explain(QueryFailedException failure, string database)
    {
        if (failure.Code == UnknownTable && !KnownTable().IsMatch(failure.Message))
            return new SqlError("unknown_table", "There is no such table. There are events, sessions, events_hourly and events_daily.");
        if (failure.Kind != FailureKind.Bug || failure.Code is 0 or Authentication or UnknownUser or WrongPassword or PasswordRequired || IsFault(failure))
            return null;
        if (failure.Code == SyntaxError)
            return Failed().Match(failure.Message) is { Success: true } syntax ? Syntax(syntax) : new SqlError("syntax", "Syntax error: no statement was found.");

        var text = Telling.Contains(failure.Code) ? Clean(failure.Message, database) : null;
        return new SqlError("refused", text ?? string.Create(CultureInfo.InvariantCulture, $"The engine cannot run this statement (ClickHouse error {failure.Code})."));
    }

    // Two codes have two meanings: a full disk, or a text shorter than the format of parseDateTime; a broken file, or a value that ends too soon.
    private static bool IsFault(QueryFailedException failure) => failure.Code switch
    {
        243 => !failure.Message.Contains("Unable to parse", StringComparison.Ordinal),
        33 => failure.Message.Contains("while reading", StringComparison.Ordinal) || !failure.Message.Contains("Cannot read all data", StringComparison.Ordinal),
        var code => Faults.Contains(code),
    };

    private static SqlError Syntax(Match failed)
    {
        var position = int.Parse(failed.Groups["position"].Value, CultureInfo.InvariantCulture);
        var line = failed.Groups["line"].Success ? $" (line {failed.Groups["line"].Value}, column {failed.Groups["column"].Value})" : "";
        var expected = failed.Groups["expected"].Value is { Length: > 0 and <= 300 } list ? $" Expected: {list.TrimEnd('.')}." : "";
        return new SqlError("syntax", $"Syntax error at character {position}{line}.{expected}", position);
    }

    private static string? Clean(string message, string database)
    {
        var text = Opening().Replace(message, "");
        text = text[..Closing().Match(text).Index].Trim().TrimEnd('.');
        text = Internal().Replace(text.Replace(database + ".", "", StringComparison.Ordinal), "");
        return text.Length is 0 or > 400 || Foreign().IsMatch(text) ? null : text + ".";
    }

    [GeneratedRegex(@"[\s.](?:events|sessions|events_hourly|events_daily)\b(?= (?:does not exist|doesn't exist))", RegexOptions.CultureInvariant)]
    private static partial Regex KnownTable();

    [GeneratedRegex(@"failed at position (?<position>\d+)[^\n]*?(?:\(line (?<line>\d+), col (?<column>\d+)\))?(?:[^\n]*?Expected (?:one of: )?(?<expected>[^\n]*?): In scope)?(?:[^\n]*)$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Failed();

    [GeneratedRegex(@"^.*?DB::Exception: ", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Opening();

    // What follows is the statement again, the plan, the version.
    [GeneratedRegex(@"[:.]? (?:In scope |while executing |While executing |while processing |While processing |\(version )|\s\([A-Z_]+\)\s*$|$", RegexOptions.CultureInvariant)]
    private static partial Regex Closing();

    [GeneratedRegex(@"__table\d+\.", RegexOptions.CultureInvariant)]
    private static partial Regex Internal();

    [GeneratedRegex(@"DB::|/[a-z]+/|\d+\.\d+\.\d+\.\d+|\btenant\b|kafka_|[0-9a-f]{8}-[0-9a-f]{4}-|(?i)additional_table|readonly|setting|system\.|_sql\b", RegexOptions.CultureInvariant)]
    private static partial Regex Foreign();
}
