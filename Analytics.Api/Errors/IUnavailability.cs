namespace Analytics.Api.Errors;

/// <summary>Tells whether an exception means that a dependency is away (503, try again) rather than that we have a bug (500).</summary>
internal interface IUnavailability
{
    /// <summary>What the caller is told is away, e.g. <c>ClickHouse</c>.</summary>
    string Name { get; }

    bool Explains(Exception exception);
}
