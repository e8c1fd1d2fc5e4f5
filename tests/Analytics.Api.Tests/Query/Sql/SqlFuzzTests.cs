using System.Globalization;

namespace Analytics.Api.Tests.Query.Sql;

/// <summary>Statements grown at random from pieces that work and pieces of the corpus. Whatever comes out shows nothing foreign.</summary>
public sealed class SqlFuzzTests(TwoTenants tenants) : IClassFixture<TwoTenants>
{
    [Fact]
    public async Task Whatever_is_composed_shows_nothing_foreign()
    {
        var seed = Environment.GetEnvironmentVariable("SQL_FUZZ_SEED") is { Length: > 0 } given ? int.Parse(given, CultureInfo.InvariantCulture) : 20261124;
        var grammar = new Grammar(new Random(seed), tenants);
        var answered = 0;
        for (var i = 0; i < 250; i++)
        {
            var (status, fault) = await new SqlAttempt(grammar.Statement(), "").SendAsync(tenants);
            Assert.True(fault is null, $"Seed {seed}, statement {i}: {fault}");
            answered += (int)status == 200 ? 1 : 0;
        }

        Assert.True(answered > 20, $"Seed {seed}: only {answered} statements were answered, so the grammar tests the parser alone.");
    }

    private sealed class Grammar(Random random, TwoTenants tenants)
    {
        private string Foreign => tenants.Database.Name;

        public string Statement(int depth = 3)
        {
            var select = $"SELECT {Expression(depth)} AS {Pick("a", "id", "source", "events")} FROM {Table(depth)}{Filter(depth)} LIMIT 40";
            return random.Next(12) switch
            {
                0 => $"WITH {Pick("x", "events", "ledger")} AS ({Nested(depth)}) {select}",
                1 => $"{Nested(depth)} {Pick("UNION ALL", "UNION DISTINCT", "EXCEPT", "INTERSECT")} {Nested(depth)}",
                2 => $"{select} {Pick("SETTINGS readonly = 0", "FORMAT CSV", "-- x", "/* */", "SETTINGS additional_table_filters = {}")}",
                3 => $"({select})",
                _ => select,
            };
        }

        private string Nested(int depth) => depth > 0 ? Statement(depth - 1) : "SELECT source FROM events LIMIT 40";

        private string Table(int depth) => random.Next(depth > 0 ? 12 : 6) switch
        {
            < 4 => Pick("events", "events AS e", "`events`", "\"events\""),
            4 => Pick("sessions", "events AS e INNER JOIN events AS f ON e.id = f.id", "events ARRAY JOIN mapKeys(strings) AS k"),
            5 when random.Next(3) > 0 => "sessions",
            5 => Pick($"{Foreign}.events", $"`{Foreign}`.`events`", "ledger", "dead_letters", "system.tables", $"merge('{Foreign}', 'events')", $"{Foreign}_sql.events"),
            < 9 => $"({Nested(depth)}) AS {Pick("s", "events", "t")}",
            _ => $"events AS e CROSS JOIN ({Nested(depth)}) AS g",
        };

        private string Filter(int depth) => random.Next(4) switch
        {
            0 => $" WHERE {Expression(depth)} {Pick("=", "!=", "IN", "LIKE", ">")} {Expression(depth)}",
            1 => $" WHERE id {Pick("IN", "NOT IN", "GLOBAL IN")} {Pick($"({Nested(depth)})", "events", $"{Foreign}.events", "x", "('e1')")}",
            _ => "",
        };

        private string Expression(int depth) => random.Next(depth > 0 ? 14 : 6) switch
        {
            < 3 => Pick("id", "source", "type", "data", "subject", "numbers['amount']", "strings['secret']", "toString(strings)"),
            3 => Pick("1", "'e1'", "NULL", "[1, 2]", "now()", "subject", random.Next(4) > 0 ? "2" : "tenant"),
            4 => Pick("count()", "max(source)", "groupUniqArray(data)", "any(numbers['amount'])", "uniqExact(source)", "argMax(source, time)"),
            5 when random.Next(4) > 0 => Pick("id", "upper(type)", "toHour(time)"),
            5 => Pick("currentUser()", "getSetting('additional_table_filters')", "hostName()", $"joinGet('{Foreign}.events', 'source', 'e1')", "version()"),
            6 => $"({Nested(depth)})",
            7 => $"arrayMap(x -> {Expression(depth - 1)}, [1])",
            8 => $"if({Expression(depth - 1)} = {Expression(depth - 1)}, {Expression(depth - 1)}, {Expression(depth - 1)})",
            9 => $"concat({Expression(depth - 1)}, '', {Expression(depth - 1)})",
            10 => $"{Pick("toUInt8", "toDate", "lower", "reverse", "toFloat64", "length")}({Expression(depth - 1)})",
            11 => $"exists({Nested(depth)})",
            12 => $"max({Expression(depth - 1)}) OVER (PARTITION BY {Expression(depth - 1)})",
            _ => $"CASE WHEN {Expression(depth - 1)} THEN {Expression(depth - 1)} END",
        };

        private string Pick(params string[] choices) => choices[random.Next(choices.Length)];
    }
}
