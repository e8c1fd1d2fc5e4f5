namespace Embedded.ClickHouse.Sql;

internal enum TokenKind
{
    End,
    Word,
    QuotedName,
    Text,
    Number,
    Symbol,

    /// <summary>Something begun and not closed: more text is needed, or it is an error.</summary>
    Unclosed,

    /// <summary>
    /// Outside quotes, what ClickHouse may read in its own way: here-documents, typographic quotes, Unicode blanks.
    /// A rule that must not be evaded refuses them.
    /// </summary>
    Odd,
}

/// <summary>
/// ClickHouse's tokens, as its own lexer cuts them: comments (<c>-- </c>, <c>//</c>, <c># </c>, nested <c>/* */</c>),
/// quotes with backslashes and doubling. It decides nothing about meaning.
/// </summary>
internal ref struct SqlLexer(ReadOnlySpan<byte> text)
{
    private readonly ReadOnlySpan<byte> text = text;
    private int position;

    public int Start { get; private set; }
    public readonly int End => position;

    /// <summary>Whether a comment was seen within a comment.</summary>
    public bool HasNestedComment { get; private set; }
    public readonly ReadOnlySpan<byte> Current => text[Start..position];

    public TokenKind Next()
    {
        if (!SkipBlanks()) return TokenKind.Unclosed;

        Start = position;
        if (position >= text.Length) return TokenKind.End;

        var c = text[position];
        if (IsLetter(c)) return Word();
        if (c is >= (byte)'0' and <= (byte)'9') return Number();
        switch (c)
        {
            case (byte)'\'':
                return Quoted(c, TokenKind.Text);
            case (byte)'"' or (byte)'`':
                return Quoted(c, TokenKind.QuotedName);
            case (byte)'$':
                position++;
                return TokenKind.Odd;
            case >= 0x80 or 0:
                position++;
                return TokenKind.Odd;
            default:
                position++;
                return TokenKind.Symbol;
        }
    }

    private bool SkipBlanks()
    {
        while (position < text.Length)
        {
            var c = text[position];
            var next = position + 1 < text.Length ? text[position + 1] : (byte)0;
            if (c is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'\f' or (byte)'\v') position++;
            else if ((c, next) is ((byte)'-', (byte)'-') or ((byte)'/', (byte)'/') or ((byte)'#', (byte)' ') or ((byte)'#', (byte)'!')) SkipLine();
            else if ((c, next) is ((byte)'/', (byte)'*'))
            {
                if (!SkipBlock()) return false;
            }
            else break;
        }

        return true;
    }

    private void SkipLine()
    {
        var end = text[position..].IndexOf((byte)'\n');
        position = end < 0 ? text.Length : position + end;
    }

    private bool SkipBlock()
    {
        Start = position;
        var depth = 0;
        while (position + 1 < text.Length)
        {
            var pair = (text[position], text[position + 1]);
            if (pair is ((byte)'/', (byte)'*'))
            {
                HasNestedComment |= depth > 0;
                (depth, position) = (depth + 1, position + 2);
            }
            else if (pair is ((byte)'*', (byte)'/')) (depth, position) = (depth - 1, position + 2);
            else position++;
            if (depth == 0) return true;
        }

        position = text.Length;
        return false;
    }

    private TokenKind Word()
    {
        while (position < text.Length && (IsLetter(text[position]) || text[position] is >= (byte)'0' and <= (byte)'9' or (byte)'$')) position++;
        return TokenKind.Word;
    }

    private TokenKind Number()
    {
        while (position < text.Length && (IsLetter(text[position]) || text[position] is >= (byte)'0' and <= (byte)'9')) position++;
        return TokenKind.Number;
    }

    private TokenKind Quoted(byte quote, TokenKind kind)
    {
        position++;
        while (position < text.Length)
        {
            var c = text[position++];
            if (c == '\\') position++;
            else if (c == quote)
            {
                if (position >= text.Length || text[position] != quote) return kind;
                position++;
            }
        }

        position = text.Length;
        return TokenKind.Unclosed;
    }

    private static bool IsLetter(byte c) => c is >= (byte)'a' and <= (byte)'z' or >= (byte)'A' and <= (byte)'Z' or (byte)'_';
}
