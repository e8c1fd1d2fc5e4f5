using System.Globalization;
using System.Text;

namespace Benchmarks.Queries;

/// <summary>The table of the exports, as Markdown, and whether all of them were right.</summary>
internal sealed class ExportReport(IReadOnlyList<ExportResult> exports)
{
    private const double MiB = 1024 * 1024;
    private const double MostExtraMiB = 200;

    public bool Failed => exports.Any(export => export.Mistake is not null);

    public string Text()
    {
        var text = new StringBuilder();
        text.AppendLine("| export | rows | MB | rows/s | CPU µs/row: API | engine | extra RSS of the API, MiB (at most 200) | receipt |");
        text.AppendLine("|---|--:|--:|--:|--:|--:|--:|---|");
        foreach (var export in exports)
            text.AppendLine(string.Create(CultureInfo.InvariantCulture, $"| {export.Format} | {export.Rows:N0} | {export.Bytes / 1e6:0} | {export.Rows / export.Took.TotalSeconds:N0} | {export.ApiCpu.TotalMicroseconds / export.Rows:0.00} | {export.EngineCpu.TotalMicroseconds / export.Rows:0.00} | {export.ExtraResident / MiB:0}{(export.ExtraResident / MiB > MostExtraMiB ? " TOO MUCH" : "")} | {export.Mistake ?? "rows, bytes and sha256 agree"} |"));
        return text.ToString();
    }
}
