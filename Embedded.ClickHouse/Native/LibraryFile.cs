using System.Reflection;
using System.Runtime.InteropServices;

namespace Embedded.ClickHouse.Native;

/// <summary>Where libchdb is: the file named by CHDB_LIBCHDB_PATH, else libchdb.so beside the application.</summary>
internal static class LibraryFile
{
    public const string ImportName = "chdb";
    public const string PathVariable = "CHDB_LIBCHDB_PATH";
    private const string FileName = "libchdb.so"; // its name on macOS too

    /// <summary>Makes the imports resolve; false with a hint where the library cannot be found or loaded.</summary>
    public static bool TryLoad(out string hint)
    {
        var path = Environment.GetEnvironmentVariable(PathVariable) is { Length: > 0 } named
            ? named
            : Path.Combine(AppContext.BaseDirectory, FileName);
        if (!File.Exists(path))
        {
            hint = $"libchdb, the ClickHouse engine, was not found at {path}. It is fetched by npm while building Embedded.ClickHouse "
                + $"(Linux glibc and macOS, x64 and arm64); or set {PathVariable} to the full path of a libchdb.so.";
            return false;
        }

        nint handle;
        try
        {
            handle = NativeLibrary.Load(path);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            hint = $"libchdb, the ClickHouse engine, was found at {path} but could not be loaded: {e.Message.ReplaceLineEndings(" ")}";
            return false;
        }

        NativeLibrary.SetDllImportResolver(Assembly.GetExecutingAssembly(), (name, _, _) => name == ImportName ? handle : 0);
        hint = "";
        return true;
    }
}
