using ClickHouse.Driver;

namespace Ingestion.Worker.Write;

/// <summary>Which failures of an insert may pass by themselves. Everything does, except what the rows themselves cause.</summary>
internal static class WriteRetry
{
    // Error codes of ClickHouse (src/Common/ErrorCodes.cpp) that speak of the data sent.
    private static readonly HashSet<int> OfTheData =
    [
        6,   // CANNOT_PARSE_TEXT
        26,  // CANNOT_PARSE_QUOTED_STRING
        27,  // CANNOT_PARSE_INPUT_ASSERTION_FAILED
        32,  // ATTEMPT_TO_READ_AFTER_EOF
        33,  // CANNOT_READ_ALL_DATA
        38,  // CANNOT_PARSE_DATE
        41,  // CANNOT_PARSE_DATETIME
        69,  // ARGUMENT_OUT_OF_BOUND
        72,  // CANNOT_PARSE_NUMBER
        117, // INCORRECT_DATA
        131, // TOO_LARGE_STRING_SIZE
        128, // TOO_LARGE_ARRAY_SIZE
        321, // VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
    ];

    // TOO_MANY_PARTS has two meanings: too many parts of the table, which merges will mend, and rows of too many partitions of the
    // table in one insert, which will never be taken together.
    private const int TooManyParts = 252;

    public static bool IsRefusal(Exception failure) => failure is ClickHouseServerException server
        && (OfTheData.Contains(server.ErrorCode)
            || (server.ErrorCode == TooManyParts && server.Message.Contains("Too many partitions", StringComparison.Ordinal)));

    /// <summary>The pause before try number <paramref name="attempt"/> (from 1): doubling from <paramref name="first"/> to <paramref name="most"/>.</summary>
    public static TimeSpan Delay(int attempt, TimeSpan first, TimeSpan most) =>
        TimeSpan.FromTicks((long)Math.Min(most.Ticks, first.Ticks * Math.Pow(2, Math.Min(attempt - 1, 30))));
}
