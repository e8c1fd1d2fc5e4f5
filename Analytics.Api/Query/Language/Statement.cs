namespace Analytics.Api.Query.Language;

/// <summary>SQL a database administrator can paste, and its parameters. Made by a compiler of this namespace, run by <see cref="QueryRunner"/>.</summary>
internal sealed record Statement(string Sql, SqlParameters Parameters);
