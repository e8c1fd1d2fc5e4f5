using ClickHouse.Driver.ADO.Parameters;

namespace Analytics.Api.Admin;

internal static class ClickHouseParameters
{
    public static ClickHouseParameterCollection Of(params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        var collection = new ClickHouseParameterCollection();
        foreach (var (name, value) in parameters)
            collection.Add(new ClickHouseDbParameter { ParameterName = name, Value = value });
        return collection;
    }
}
