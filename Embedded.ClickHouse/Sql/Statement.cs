using System.Text;

namespace Embedded.ClickHouse.Sql;

internal enum StatementKind
{
    /// <summary>Not decidable yet: an INSERT whose data has not begun within the text seen so far.</summary>
    Incomplete,
    Empty,

    /// <summary>INSERT with data behind it (FORMAT or VALUES).</summary>
    InsertData,
    Other,
}

/// <summary>
/// What has to be known about a text before the engine sees it: whether it is an INSERT and where its data begins (data
/// must never reach the engine as SQL), which FORMAT is asked for, and whether it touches files of this machine.
/// </summary>
internal readonly record struct Statement(StatementKind Kind, int SqlLength, int DataStart, string? Format, Range FormatClause, bool UsesFiles, bool TakesInput = false)
{
    /// <param name="text">The text so far; for an INSERT it may run into the data.</param>
    /// <param name="complete">Whether nothing follows.</param>
    public static Statement Read(ReadOnlySpan<byte> text, bool complete)
    {
        var lexer = new SqlLexer(text);
        TokenKind first;
        do first = lexer.Next();
        while (first == TokenKind.Symbol && lexer.Current is [(byte)';' or (byte)'(']);

        if (first == TokenKind.End) return Plain(complete ? StatementKind.Empty : StatementKind.Incomplete);
        if (!complete && (first == TokenKind.Unclosed || lexer.End == text.Length)) return Plain(StatementKind.Incomplete);
        if (first != TokenKind.Word) return Plain(StatementKind.Other);
        return Is(lexer.Current, "INSERT"u8) ? ReadInsert(text, lexer, complete) : ReadOther(text, lexer);
    }

    private static Statement ReadInsert(ReadOnlySpan<byte> text, SqlLexer lexer, bool complete)
    {
        var unfinished = Plain(complete ? StatementKind.Other : StatementKind.Incomplete);
        var (depth, isSelect, takesInput, previousFrom) = (0, false, false, false);
        var token = SkipTarget(ref lexer);
        for (; ; token = lexer.Next())
        {
            if (token is TokenKind.End or TokenKind.Unclosed) return unfinished;
            if (token == TokenKind.Symbol)
            {
                depth += lexer.Current[0] switch { (byte)'(' => 1, (byte)')' => -1, _ => 0 };
                continue;
            }

            if (token != TokenKind.Word) continue;

            var word = lexer.Current;
            if (!complete && lexer.End == text.Length) return unfinished;
            if (previousFrom && Is(word, "INFILE"u8)) return Plain(StatementKind.Other) with { UsesFiles = true };
            previousFrom = Is(word, "FROM"u8);
            takesInput |= Is(word, "input"u8);
            if (depth != 0) continue;
            if (Is(word, "SELECT"u8) || Is(word, "WITH"u8) || Is(word, "WATCH"u8)) isSelect = true;
            else if (!isSelect && Is(word, "VALUES"u8)) return new(StatementKind.InsertData, lexer.Start, lexer.End, "Values", default, false);
            else if (isSelect && takesInput && Is(word, "FORMAT"u8)) return Plain(StatementKind.Other) with { TakesInput = true };
            else if (!isSelect && Is(word, "FORMAT"u8)) return ReadFormat(text, lexer, complete);
        }
    }

    /// <summary>Reads past <c>INTO [TABLE] name</c>, whose words may look like keywords; returns the token after it.</summary>
    private static TokenKind SkipTarget(ref SqlLexer lexer)
    {
        var token = lexer.Next();
        if (token == TokenKind.Word && Is(lexer.Current, "INTO"u8)) token = lexer.Next();
        if (token == TokenKind.Word && Is(lexer.Current, "TABLE"u8)) token = lexer.Next();
        if (token == TokenKind.Word && Is(lexer.Current, "FUNCTION"u8)) return token;

        while (token is TokenKind.Word or TokenKind.QuotedName)
        {
            token = lexer.Next();
            if (token != TokenKind.Symbol || lexer.Current is not [(byte)'.']) break;
            token = lexer.Next();
        }

        return token;
    }

    private static Statement ReadFormat(ReadOnlySpan<byte> text, SqlLexer lexer, bool complete)
    {
        var start = lexer.Start;
        if (lexer.Next() != TokenKind.Word) return Plain(complete ? StatementKind.Other : StatementKind.Incomplete);

        // Blanks up to and including the first line end belong to the statement, all else to the data.
        var data = lexer.End;
        while (data < text.Length && text[data] is (byte)' ' or (byte)'\t' or (byte)'\f') data++;
        if (data < text.Length && text[data] == '\r') data++;
        if (data < text.Length && text[data] == '\n') data++;
        else if (data >= text.Length && !complete) return Plain(StatementKind.Incomplete);
        return new(StatementKind.InsertData, start, data, Encoding.ASCII.GetString(lexer.Current), default, false);
    }

    private static Statement ReadOther(ReadOnlySpan<byte> text, SqlLexer lexer)
    {
        var statement = Plain(StatementKind.Other) with { SqlLength = text.Length };
        var (depth, previousInto, previousFrom) = (0, false, false);
        for (var token = lexer.Next(); token is not (TokenKind.End or TokenKind.Unclosed); token = lexer.Next())
        {
            if (token == TokenKind.Symbol)
            {
                depth += lexer.Current[0] switch { (byte)'(' => 1, (byte)')' => -1, _ => 0 };
                continue;
            }

            if (token != TokenKind.Word) continue;

            var word = lexer.Current;
            if ((previousInto && Is(word, "OUTFILE"u8)) || (previousFrom && Is(word, "INFILE"u8))) statement = statement with { UsesFiles = true };
            previousInto = Is(word, "INTO"u8);
            previousFrom = Is(word, "FROM"u8);
            if (depth <= 0 && Is(word, "FORMAT"u8)) statement = ReadOutputFormat(statement, lexer);
        }

        return statement;
    }

    private static Statement ReadOutputFormat(Statement statement, SqlLexer lexer)
    {
        var start = lexer.Start;
        if (lexer.Next() != TokenKind.Word) return statement;

        var name = Encoding.ASCII.GetString(lexer.Current);
        var end = lexer.End;
        var after = lexer.Next();
        var closes = after == TokenKind.End || lexer.Current is [(byte)';'] || Is(lexer.Current, "SETTINGS"u8);
        return closes ? statement with { Format = name, FormatClause = start..end } : statement;
    }

    private static Statement Plain(StatementKind kind) => new(kind, 0, 0, null, default, false);

    private static bool Is(ReadOnlySpan<byte> word, ReadOnlySpan<byte> upper) => Ascii.EqualsIgnoreCase(word, upper);
}
