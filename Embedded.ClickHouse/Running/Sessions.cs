using Embedded.ClickHouse.Native;

namespace Embedded.ClickHouse.Running;

/// <summary>Connections kept between requests that name a <c>session_id</c>: temporary tables and SET live as long. One request at a time.</summary>
internal sealed class Sessions(TimeProvider clock) : IDisposable
{
    private const int MaxSessions = 64;
    private readonly Dictionary<(string User, string Id), Session> open = [];
    private readonly Lock gate = new();

    /// <summary>Claims the session, making an empty one where allowed. Leave it through <see cref="Leave"/>.</summary>
    public Session Enter(string user, string id, bool mustExist)
    {
        lock (gate)
        {
            Expire();
            if (!open.TryGetValue((user, id), out var session))
            {
                if (mustExist) throw new EngineException(372, "SESSION_NOT_FOUND", $"Session {id} not found");
                if (open.Count >= MaxSessions) throw new EngineException(202, "TOO_MANY_SIMULTANEOUS_QUERIES", $"{MaxSessions} sessions are open");
                open[(user, id)] = session = new Session();
            }

            if (session.Busy) throw new EngineException(373, "SESSION_IS_LOCKED", $"Session {id} is locked by a concurrent client");
            session.Busy = true;
            return session;
        }
    }

    public void Leave(Session session, TimeSpan timeout)
    {
        lock (gate)
        {
            session.Busy = false;
            session.Until = clock.GetUtcNow() + timeout;
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            foreach (var session in open.Values) session.Connection?.Dispose();
            open.Clear();
        }
    }

    private void Expire()
    {
        var now = clock.GetUtcNow();
        foreach (var (key, session) in open.Where(s => !s.Value.Busy && s.Value.Until < now).ToList())
        {
            session.Connection?.Dispose();
            open.Remove(key);
        }
    }

    internal sealed class Session
    {
        public Connection? Connection { get; set; }
        public bool Busy { get; set; }
        public DateTimeOffset Until { get; set; }
    }
}
