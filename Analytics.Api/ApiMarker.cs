namespace Analytics.Api;

/// <summary>Names this assembly's entry point, e.g. for <c>WebApplicationFactory&lt;ApiMarker&gt;</c>.</summary>
public sealed class ApiMarker;
