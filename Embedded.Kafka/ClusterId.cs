using System.Text;
using Embedded.Kafka.Log;

namespace Embedded.Kafka;

/// <summary>Made at the first start and kept, as clients warn when it changes under them.</summary>
internal static class ClusterId
{
    public static string Of(string directory)
    {
        var path = Path.Combine(directory, "cluster-id");
        if (DurableFile.ReadIfThere(path) is { Length: > 0 } bytes) return Encoding.ASCII.GetString(bytes);
        var id = Convert.ToBase64String(Guid.NewGuid().ToByteArray()).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        DurableFile.Replace(path, Encoding.ASCII.GetBytes(id));
        return id;
    }
}
