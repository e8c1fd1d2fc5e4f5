namespace AppHost.Infra;

/// <summary>The answer to <c>Infra=auto|containers|embedded</c>, and why. No Aspire type here: it is decided before there is a model.</summary>
/// <param name="Mode">Where the engines come from.</param>
/// <param name="Reason">One line for the console.</param>
public sealed record InfraDecision(InfraMode Mode, string Reason)
{
    /// <param name="setting">The configured value; absent means <c>auto</c>.</param>
    /// <param name="publishing">Published output always has containers: embedded engines belong to one machine.</param>
    /// <param name="findRuntime">Name of a container runtime that answers, or null; asked only when it matters.</param>
    /// <exception cref="ArgumentException">Any other setting.</exception>
    public static InfraDecision Make(string? setting, bool publishing, Func<string?> findRuntime)
    {
        ArgumentNullException.ThrowIfNull(findRuntime);
        var wanted = string.IsNullOrWhiteSpace(setting) ? "auto" : setting.Trim();
        if (!new[] { "auto", "containers", "embedded" }.Contains(wanted, StringComparer.OrdinalIgnoreCase))
            throw new ArgumentException($"Infra must be auto, containers or embedded, not \"{wanted}\".", nameof(setting));

        if (publishing)
            return new(InfraMode.Containers, "Infra: containers, as always when publishing.");
        if (wanted.Equals("containers", StringComparison.OrdinalIgnoreCase))
            return new(InfraMode.Containers, "Infra: containers, as asked for.");
        if (wanted.Equals("embedded", StringComparison.OrdinalIgnoreCase))
            return new(InfraMode.Embedded, "Infra: embedded engines, as asked for.");

        return findRuntime() is { } runtime
            ? new(InfraMode.Containers, $"Infra: containers, because {runtime} answers.")
            : new(InfraMode.Embedded, "Infra: embedded engines, because no container runtime answers.");
    }
}
