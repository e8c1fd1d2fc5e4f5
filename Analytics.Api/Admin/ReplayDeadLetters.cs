using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using System.Text.Json.Serialization;
using Analytics.Api.Errors;
using Analytics.Api.Ingest;
using Analytics.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Analytics.Api.Admin;

/// <summary>
/// <c>POST /admin/dead-letters/replay</c>: checks dead letters by today's rules and sends those that pass once more, byte for byte, as
/// events received now. Replaying the same ones again does no harm: what has been sent is recorded, an event that is stored already is
/// not sent, and what two calls send at the same time is one identity, which the worker stores once.
/// </summary>
internal static class ReplayDeadLetters
{
    /// <summary>Where a dead letter came from: its identity.</summary>
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed record Origin([property: JsonRequired] ushort Partition, [property: JsonRequired] long Offset, string? Topic = Topics.Events);

    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed record Request(
        [property: MaxLength(ListDeadLetters.MaxLimit)] IReadOnlyList<Origin?>? Letters = null,
        string? Code = null,
        DateTimeOffset? From = null,
        DateTimeOffset? To = null,
        [property: Range(1, ListDeadLetters.MaxLimit)] int Limit = ListDeadLetters.DefaultLimit,
        [property: MaxLength(1000)] string? Cursor = null,
        string? Tenant = null) : IValidatedRequest;

    /// <summary>A letter that would only come back.</summary>
    internal sealed record Refusal(string Topic, int Partition, long Offset, string Code, string Message);

    /// <summary>What became of the selected letters. The cursor goes on behind them, and is null when there were no more.</summary>
    internal sealed record Answer(int Replayed, int AlreadyStored, IReadOnlyList<Refusal> Refused, string? Cursor);

    public static async Task<Results<Ok<Answer>, ProblemHttpResult>> HandleAsync(
        Request request, ClaimsPrincipal caller, TenantScope scope, DeadLetterStore store, EventProducer producer,
        IOptions<IngestOptions> options, TimeProvider time, CancellationToken cancellation)
    {
        if (scope.Choose(caller, request.Tenant) is not { } tenant)
            return Problems.OtherTenant();
        if (tenant.Length == 0)
            return Problems.InvalidRequest("Records without a tenant belong to nobody and cannot become events.");
        if (!ListDeadLetters.Position.TryParse(request.Cursor, out var before))
            return Problems.InvalidRequest("cursor is not one that an earlier answer gave.");

        if (request.Letters?.Any(letter => letter?.Topic is null) is true)
            return Problems.InvalidRequest("letters holds null.");

        var (letters, cursor) = await store.ReadAsync(tenant, request, before, cancellation);
        var batch = new EventBatch(tenant, time, options.Value);
        var refused = new List<Refusal>();
        var open = Check(letters, batch.Received, refused);
        var known = await store.StoredAsync(tenant, open.ConvertAll(letter => letter.Id), cancellation);
        var stored = open.Where(letter => known.Contains((letter.Subject, letter.Id))).ToList();
        await store.RecordAsync(tenant, stored.ConvertAll(letter => new Replay(letter.Letter, -1, -1)), cancellation);

        var sent = new Dictionary<byte[], DeadLetter>(ReferenceEqualityComparer.Instance);
        foreach (var letter in open.Except(stored))
        {
            batch.AcceptAsIs(letter.Key(batch.Tenant), letter.Letter.Value);
            sent.Add(letter.Letter.Value, letter.Letter);
        }

        var delivery = sent.Count == 0 ? null : await producer.ProduceAsync(batch, keepPositions: true);
        var replays = (delivery?.Positions ?? []).Select(position => new Replay(sent[position.Value], position.Partition, position.Offset)).ToList();
        await store.RecordAsync(tenant, replays, CancellationToken.None); // also for a caller who has left: what was sent is on the log
        return delivery?.Failed is null
            ? TypedResults.Ok(new Answer(replays.Count, stored.Count, refused, cursor))
            : Problems.Unavailable($"{replays.Count} of {sent.Count} dead letters were sent again; repeat the request for the others.");
    }

    // As the worker will, so that nothing is sent that would only become a dead letter again.
    private static List<Readable> Check(IReadOnlyList<DeadLetter> letters, long received, List<Refusal> refused)
    {
        var reader = new EventReader();
        var readable = new List<Readable>();
        foreach (var letter in letters)
        {
            if (letter.Topic != Topics.Events)
                Refuse(letter, "unknown_origin", $"It came from the topic '{letter.Topic}', which holds no events.");
            else if (!reader.TryRead(letter.Value, received, out var error))
                Refuse(letter, error.Code, error.Message);
            else if (!reader.HasId)
                Refuse(letter, "missing_id", "The event has no id, so a repeat of it could not be recognised.");
            else
                readable.Add(new Readable(letter, reader.Subject.ToArray(), reader.Id.ToArray()));
        }

        return readable;

        void Refuse(DeadLetter letter, string code, string message) =>
            refused.Add(new Refusal(letter.Topic, letter.Partition, letter.Offset, code, message));
    }

    /// <summary>A letter that is an event by today's rules.</summary>
    private sealed record Readable(DeadLetter Letter, byte[] SubjectUtf8, byte[] IdUtf8)
    {
        public string Subject { get; } = System.Text.Encoding.UTF8.GetString(SubjectUtf8);

        public string Id { get; } = System.Text.Encoding.UTF8.GetString(IdUtf8);

        public byte[] Key(ReadOnlySpan<byte> tenant) => EventKey.Create(tenant, SubjectUtf8, IdUtf8);
    }
}
