using Embedded.ClickHouse.Native;

namespace Embedded.ClickHouse.Running;

/// <summary>
/// Connections whose last statement was a SELECT that went well, for the next request with the same database and settings: opening one
/// costs more than a small SELECT. Statements that could leave something behind (SET, temporary tables, errors) never come here.
/// </summary>
internal sealed class IdleConnections : IDisposable
{
    private const int Most = 32;
    private readonly LinkedList<(string Key, Connection Connection)> idle = new();
    private readonly Lock gate = new();
    private bool closed;

    public static string Key(IEnumerable<KeyValuePair<string, string>> settings, string database)
        => string.Join('\0', settings.Select(s => $"{s.Key}\u0001{s.Value}").Prepend(database));

    public Connection? Take(string key)
    {
        lock (gate)
        {
            for (var node = idle.First; node is not null; node = node.Next)
            {
                if (node.Value.Key != key) continue;

                idle.Remove(node);
                return node.Value.Connection;
            }

            return null;
        }
    }

    public void Keep(string key, Connection connection)
    {
        Connection? surplus = null;
        lock (gate)
        {
            if (closed) surplus = connection;
            else idle.AddFirst((key, connection));
            if (idle.Count > Most)
            {
                surplus = idle.Last!.Value.Connection;
                idle.RemoveLast();
            }
        }

        surplus?.Dispose();
    }

    public void Dispose()
    {
        lock (gate)
        {
            closed = true;
            foreach (var (_, connection) in idle) connection.Dispose();
            idle.Clear();
        }
    }
}
