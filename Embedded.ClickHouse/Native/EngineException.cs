using System.Globalization;
using System.Text.RegularExpressions;

namespace Embedded.ClickHouse.Native;

/// <summary>An error with ClickHouse's own number and text, raised by the engine or, in its words, by this server.</summary>
internal sealed partial class EngineException : Exception
{
    public EngineException(int code, string name, string text)
        : base($"Code: {code.ToString(CultureInfo.InvariantCulture)}. DB::Exception: {text} ({name})") => Code = code;

    private EngineException(int code, string message) : base(message) => Code = code;

    public int Code { get; }

    /// <summary>Texts of the engine begin with <c>Code: N.</c>; anything else is made to (1002: UNKNOWN_EXCEPTION).</summary>
    public static EngineException FromEngine(string text)
    {
        var match = CodePattern().Match(text);
        return match.Success
            ? new EngineException(int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture), text[match.Index..].TrimEnd())
            : new EngineException(1002, "UNKNOWN_EXCEPTION", text.Trim());
    }

    [GeneratedRegex(@"Code: (\d{1,9})\. ")]
    private static partial Regex CodePattern();
}
