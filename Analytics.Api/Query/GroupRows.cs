using System.Text;

namespace Analytics.Api.Query;

/// <summary>The groups that a statement found: as JSON for the answer, and as texts for the next statement.</summary>
internal sealed record GroupRows(IReadOnlyList<byte[]> Json, IReadOnlyList<IReadOnlyList<string?>> Texts)
{
    /// <summary>The one nameless group of a question that does not group.</summary>
    public static readonly GroupRows Whole = new([[]], []);

    /// <summary>Reads rows of <see cref="QueryRunner.JsonRows"/> that begin with the <paramref name="width"/> texts of a group.</summary>
    public static GroupRows Read(ReadOnlySpan<byte> rest, int width)
    {
        List<byte[]> json = [];
        List<IReadOnlyList<string?>> texts = [];
        while (JsonRow.TryTake(ref rest, out var row))
        {
            var group = new string?[width];
            var values = row;
            for (var i = 0; i < width; i++)
                group[i] = JsonRow.Text(JsonRow.Take(ref values));
            json.Add(JsonRow.Take(ref row, width).ToArray());
            texts.Add(group);
        }

        return new GroupRows(json, texts);
    }

    /// <summary>The groups of rows of bucket, group and more, each once, in the order in which they come.</summary>
    public static List<byte[]> ReadDistinct(ReadOnlySpan<byte> rest, int width)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        List<byte[]> json = [];
        while (JsonRow.TryTake(ref rest, out var row))
        {
            JsonRow.TakeInteger(ref row);
            var group = JsonRow.Take(ref row, width);
            if (known.Add(Encoding.UTF8.GetString(group)))
                json.Add(group.ToArray());
        }

        return json;
    }
}
