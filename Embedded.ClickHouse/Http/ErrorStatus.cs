namespace Embedded.ClickHouse.Http;

/// <summary>The HTTP status of an error, as ClickHouse answers it.</summary>
internal static class ErrorStatus
{
    public static int Of(int code) => code switch
    {
        // Syntax, types, values, settings, parameters, parsing of data, read-only.
        6 or 26 or 27 or 33 or 36 or 38 or 41 or 42 or 43 or 44 or 50 or 53 or 62 or 69 or 70 or 72 or 73 or 115 or 117 or 130 or 131
            or 164 or 307 or 386 or 441 or 456 or 457 or 467 or 472 or 1000001 => StatusCodes.Status400BadRequest,
        194 => StatusCodes.Status401Unauthorized,
        291 or 497 or 516 => StatusCodes.Status403Forbidden,
        16 or 46 or 47 or 60 or 81 or 372 => StatusCodes.Status404NotFound,
        159 or 209 => StatusCodes.Status408RequestTimeout,
        223 => StatusCodes.Status413PayloadTooLarge,
        48 => StatusCodes.Status501NotImplemented,
        202 or 203 or 373 => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };
}
