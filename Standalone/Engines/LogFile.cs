namespace Standalone.Engines;

/// <summary>
/// Lines of an engine, kept apart from the terminal. At <see cref="Limit"/> bytes the file is renamed to <c>.1.log</c>, that one to
/// <c>.2.log</c>, and the oldest is dropped. Safe for several threads.
/// </summary>
internal sealed class LogFile(string path, long limit = LogFile.Limit) : IDisposable
{
    public const long Limit = 10 << 20;
    private const int Kept = 3;

    private readonly Lock gate = new();
    private readonly Queue<string> last = new();
    private StreamWriter? writer;

    public string Path => path;

    public void Write(string line)
    {
        lock (gate)
        {
            last.Enqueue(line);
            if (last.Count > 20)
                last.Dequeue();

            writer ??= Open();
            writer.WriteLine(line);
            if (writer.BaseStream.Position > limit)
                Rotate();
        }
    }

    /// <summary>The last lines, for the message of a failed start.</summary>
    public string Tail(int lines = 5)
    {
        lock (gate)
            return string.Join(Environment.NewLine, last.TakeLast(lines));
    }

    public void Dispose()
    {
        lock (gate)
            writer?.Dispose();
    }

    private StreamWriter Open() => new(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete)) { AutoFlush = true };

    private void Rotate()
    {
        writer!.Dispose();
        writer = null;
        for (var age = Kept - 1; age >= 1; age--)
        {
            var from = age == 1 ? path : Aged(age - 1);
            if (File.Exists(from))
                File.Move(from, Aged(age), overwrite: true);
        }
    }

    private string Aged(int age) => System.IO.Path.ChangeExtension(path, $".{age}.log");
}
