using System.Text;
using Analytics.Contracts;

namespace Analytics.Api.Ingest;

/// <summary>An event whose fate is unknown to the client; the id makes its retry safe.</summary>
internal sealed record UnacknowledgedEvent(int Index, string Id)
{
    public static IReadOnlyList<UnacknowledgedEvent> In(EventBatch batch, Delivery delivery)
    {
        var reader = new EventReader();
        var open = new List<UnacknowledgedEvent>(delivery.Failed!.Count);
        foreach (var record in batch.Records.Where(record => delivery.Failed.Contains(record.Value)))
        {
            reader.TryRead(record.Value, batch.Received, out _);
            open.Add(new UnacknowledgedEvent(record.Index, Encoding.UTF8.GetString(reader.Id)));
        }

        return open;
    }
}
