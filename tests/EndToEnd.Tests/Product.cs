using TestKit;

[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace EndToEnd.Tests;

/// <summary>What a test needs to know of a running product, however its parts are spread over processes.</summary>
internal interface IProduct
{
    /// <summary>Posts NDJSON.</summary>
    Task<HttpResponseMessage> PostEventsAsync(byte[] ndjson, string? encoding = null);
}

/// <summary>Counts behind the API's back, straight from ClickHouse.</summary>
internal static class Stored
{
    public static async Task<(long Rows, long Ids)> CountAsync(string connectionString)
    {
        try
        {
            return (await TestDatabase.ScalarAsync<long>(connectionString, "SELECT count() FROM events"),
                await TestDatabase.ScalarAsync<long>(connectionString, "SELECT uniqExact(id) FROM events"));
        }
        catch (Exception exception) when (exception is HttpRequestException or ClickHouse.Driver.ClickHouseServerException)
        {
            return (-1, -1); // it is down or just coming up: the tests that kill it wait for it this way
        }
    }
}
