using System.Buffers;
using System.Diagnostics;

namespace Analytics.Api.Query;

/// <summary>What a streamed statement may cost.</summary>
internal readonly record struct StreamBudget(TimeSpan Deadline, long MaxMemoryBytes, int MaxThreads);

/// <summary>
/// The result of a statement as the engine writes it. The end is only given out when it is known to be no failure's text, so whoever reads to
/// the end has everything. Disposing it early ends the query.
/// </summary>
internal sealed class QueryStream : IAsyncDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly Stream _body;
    private readonly CancellationTokenSource _deadline;
    private readonly CancellationToken _caller;
    private readonly QueryTelemetry _telemetry;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly byte[] _held = ArrayPool<byte>.Shared.Rent(8 * QueryRunner.LongestFailure);
    private int _start;
    private int _end;
    private bool _complete;

    public QueryStream(
        HttpResponseMessage response, Stream body, CancellationTokenSource deadline, QueryTelemetry telemetry, CancellationToken caller)
    {
        (_response, _body, _deadline, _caller, _telemetry) = (response, body, deadline, caller, telemetry);
        _telemetry.Running.Add(1);
    }

    /// <summary>Reads what there is; 0 at the end.</summary>
    /// <exception cref="QueryFailedException">The engine failed on the way.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> destination)
    {
        try
        {
            while (!_complete && _end - _start <= QueryRunner.LongestFailure)
                await FillAsync();
        }
        catch (Exception fault)
        {
            var explained = QueryRunner.Explain(fault, _caller);
            if (ReferenceEquals(explained, fault))
                throw;
            throw explained;
        }

        var count = Math.Min(destination.Length, _end - _start - (_complete ? 0 : QueryRunner.LongestFailure));
        _held.AsMemory(_start, count).CopyTo(destination);
        _start += count;
        return count;
    }

    public async ValueTask DisposeAsync()
    {
        await _body.DisposeAsync();
        _response.Dispose();
        _deadline.Dispose();
        ArrayPool<byte>.Shared.Return(_held);
        _telemetry.Running.Add(-1);
        _telemetry.Duration.Record(
            Stopwatch.GetElapsedTime(_started).TotalSeconds, new KeyValuePair<string, object?>("outcome", _complete ? "ok" : "stream ended early"));
    }

    private async Task FillAsync()
    {
        _held.AsSpan(_start, _end - _start).CopyTo(_held);
        (_start, _end) = (0, _end - _start);
        var read = await _body.ReadAsync(_held.AsMemory(_end), _deadline.Token);
        _end += read;
        if (read > 0)
            return;
        QueryRunner.CheckEnd(_response, _held.AsSpan(0, _end));
        _complete = true;
    }
}
