using System.Globalization;
using System.Net.Http.Headers;
using GeneratedClient;

// Uses the generated client for real calls: what compiles here is what a user of the generated client gets.
var address = new Uri(Environment.GetEnvironmentVariable("ADDRESS")!);
const string Type = "clients.csharp";

using var http = new HttpClient { BaseAddress = address };
http.DefaultRequestHeaders.Add("X-Api-Key", Environment.GetEnvironmentVariable("INGEST_KEY")!);
var shop = new AnalyticsClient(http);
var posted = await shop.PostEventsAsync("wait=30", new Event { Type = Type, Subject = "customer-7", Data = new { amount = 20 } });
Expect(1, posted.Accepted);
Expect(1, posted.Stored);

using var anybody = new HttpClient { BaseAddress = address };
var login = await new AnalyticsClient(anybody).IssueTokenAsync(
    new TokenRequest { Username = "admin", Password = Environment.GetEnvironmentVariable("ADMIN_PASSWORD")! });
using var reading = new HttpClient { BaseAddress = address };
reading.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", login.Access_token);
var reader = new AnalyticsClient(reading);

var now = TimeProvider.System.GetUtcNow();
var question = new TimeseriesQuery
{
    Range = new() { From = now.AddHours(-1), To = now.AddMinutes(1) },
    Interval = Interval.Hour,
    Measures = [new Measure { Op = MeasureOp.Count }, new Measure { Op = MeasureOp.Sum, Field = "data.amount", As = "revenue" }],
    Filters = [new Filter { Field = "type", Op = FilterOp.Eq, Value = Type }],
};
var answer = await reader.QueryTimeseriesAsync(question);
Expect("time,count,revenue", string.Join(',', answer.Columns.Select(column => column.Name)));
Expect(1, answer.Rows.Sum(row => Number(row, 1)));
Expect(20, answer.Rows.Sum(row => Number(row, 2)));

try
{
    question.Timezone = "Atlantis/Capital";
    await reader.QueryTimeseriesAsync(question);
    throw new InvalidOperationException("The API took a timezone that is none.");
}
catch (ApiException<QueryProblem> refused)
{
    Expect(400, refused.StatusCode);
    Expect("invalid_query", refused.Result.Code);
    Expect("/timezone", refused.Result.Errors.Single().Pointer);
}

Console.WriteLine("C# client: ok");

static double Number(ICollection<object> row, int column) => Convert.ToDouble(row.ElementAt(column), CultureInfo.InvariantCulture);

static void Expect<T>(T expected, T actual)
{
    if (!EqualityComparer<T>.Default.Equals(expected, actual))
        throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"Expected {expected}, got {actual}."));
}
