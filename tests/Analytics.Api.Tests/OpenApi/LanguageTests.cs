using System.Reflection;
using System.Text.Json;
using Analytics.Api.Query;
using Analytics.Api.Query.Language;
using Analytics.Api.SavedQueries;
using Analytics.Contracts;

namespace Analytics.Api.Tests.OpenApi;

/// <summary>The described query language is the one that the parser knows: same members, same words, same limits.</summary>
public sealed class LanguageTests(ApiApplication api) : IClassFixture<ApiApplication>
{
    private static readonly (string Schema, Type Parser)[] Others = [("Filter", typeof(Filter)), ("Measure", typeof(Measure)), ("Range", typeof(TimeRange)), ("QueryParameter", typeof(QueryParameter)), ("NewSavedQuery", typeof(Definition))];

    [Fact]
    public async Task Members_are_those_the_parser_knows()
    {
        var description = await DescribedAsync();
        var kinds = typeof(Question).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Question)) && !type.IsAbstract).Select(type => (type.Name, type)).ToList();
        Assert.True(kinds.Count >= QueryKinds.All.Count);

        foreach (var (schema, parser) in kinds.Concat(Others))
        {
            var members = (string[])parser.GetField("Members", BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)!.GetValue(null)!;
            Assert.Equal(members.Order(), description.Properties(schema).EnumerateObject().Select(property => property.Name).Order());
            Assert.False(description.Component("schemas", schema).GetProperty("additionalProperties").GetBoolean());
        }
    }

    [Fact]
    public async Task Words_are_those_the_parser_knows()
    {
        var description = await DescribedAsync();

        Assert.Equal(Filter.Ops, Words(description.Properties("Filter").GetProperty("op")));
        Assert.Equal(Measure.Ops, Words(description.Properties("Measure").GetProperty("op")));
        Assert.Equal(Intervals.Words, Words(description.Component("schemas", "Interval")));
        Assert.Equal(QueryKinds.Names, Words(description.Component("schemas", "QueryKind")));
        Assert.Equal(QueryParameter.Types, Words(description.Properties("QueryParameter").GetProperty("type")));
        Assert.Equal(
            typeof(QueryErrorCodes).GetFields().Select(field => (string)field.GetRawConstantValue()!).Order(),
            Words(description.Properties("QueryError").GetProperty("code")).Order());
        Assert.Equal(
            Enum.GetValues<ColumnType>().Select(type => new Column("", type).TypeWord).Order(),
            Words(description.Properties("Column").GetProperty("type")).Order());
    }

    [Fact]
    public async Task Limits_are_those_the_parser_applies()
    {
        var description = await DescribedAsync();

        Assert.Equal(Filter.Most, description.Component("schemas", "Filters").GetProperty("maxItems").GetInt32());
        Assert.Equal(Measure.Most, description.Component("schemas", "Measures").GetProperty("maxItems").GetInt32());
        Assert.Equal(TimeseriesQuery.MostGroupFields, description.Component("schemas", "GroupBy").GetProperty("maxItems").GetInt32());
        Assert.Equal(TimeseriesQuery.MostGroups, description.Properties("TimeseriesQuery").GetProperty("limit").GetProperty("maximum").GetInt32());
        Assert.Equal(TimeseriesQuery.DefaultLimit, description.Properties("TimeseriesQuery").GetProperty("limit").GetProperty("default").GetInt32());
        Assert.Equal(Definition.LongestName, description.Properties("NewSavedQuery").GetProperty("name").GetProperty("maxLength").GetInt32());
        Assert.Equal(QueryParameter.Most, description.Component("schemas", "QueryParameters").GetProperty("maxProperties").GetInt32());
        var posted = description.Properties("Event");
        Assert.Equal(EventRules.MaxIdLength, posted.GetProperty("id").GetProperty("maxLength").GetInt32());
        Assert.Equal(EventRules.MaxSourceLength, posted.GetProperty("source").GetProperty("maxLength").GetInt32());
        Assert.Equal(EventRules.MaxSubjectLength, posted.GetProperty("subject").GetProperty("maxLength").GetInt32());
        Assert.Equal(EventRules.MaxSessionIdLength, posted.GetProperty("sessionid").GetProperty("maxLength").GetInt32());
    }

    private async Task<Description> DescribedAsync()
    {
        using var client = api.CreateClient();
        return await Description.ReadAsync(client);
    }

    private static IEnumerable<string> Words(JsonElement schema) => schema.GetProperty("enum").EnumerateArray().Select(word => word.GetString()!);
}
