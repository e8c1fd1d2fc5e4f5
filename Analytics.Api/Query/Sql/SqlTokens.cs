namespace Analytics.Api.Query.Sql;

internal enum SqlTokenKind
{
    Word,
    QuotedName,
    Text,
    Parameter,
    Other,
}

/// <param name="Text">As written; of a parameter what stands between the braces.</param>
internal readonly record struct SqlToken(SqlTokenKind Kind, string Text);

/// <summary>
/// Cuts a statement that the engine has parsed and written again (<c>formatQuerySingleLine</c>): no comments, no here-documents, keywords
/// in upper case, quotes closed. Only such text may come here.
/// </summary>
internal static class SqlTokens
{
    public static List<SqlToken> Of(string canonical)
    {
        var tokens = new List<SqlToken>();
        for (var at = 0; at < canonical.Length;)
        {
            var length = Length(canonical, at, out var kind);
            var text = canonical.Substring(at, length);
            if (!string.IsNullOrWhiteSpace(text))
                tokens.Add(new SqlToken(kind, kind == SqlTokenKind.Parameter ? text[1..^1] : text));
            at += length;
        }

        return tokens;
    }

    private static int Length(string text, int start, out SqlTokenKind kind)
    {
        var c = text[start];
        kind = c switch
        {
            '\'' => SqlTokenKind.Text,
            '"' or '`' => SqlTokenKind.QuotedName,
            '{' => SqlTokenKind.Parameter,
            _ when IsWord(c) => SqlTokenKind.Word,
            _ => SqlTokenKind.Other,
        };
        switch (kind)
        {
            case SqlTokenKind.Text or SqlTokenKind.QuotedName:
                return QuotedLength(text, start);
            case SqlTokenKind.Parameter:
                var end = text.IndexOf('}', start);
                return (end < 0 ? text.Length : end + 1) - start;
            case SqlTokenKind.Word:
                var at = start;
                while (at < text.Length && IsWord(text[at]))
                    at++;
                return at - start;
            default:
                return 1;
        }
    }

    // Quotes within are doubled or follow a backslash. Doubled ones make two tokens here, which is as good.
    private static int QuotedLength(string text, int start)
    {
        for (var at = start + 1; at < text.Length; at++)
        {
            if (text[at] == '\\')
                at++;
            else if (text[at] == text[start])
                return at + 1 - start;
        }

        return text.Length - start;
    }

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '$' or > '\x7f';
}
