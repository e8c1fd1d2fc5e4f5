using TestKit;

namespace Standalone.Tests;

public sealed class DataDirectoryTests : IDisposable
{
    private readonly TemporaryDirectory temporary = new();

    public void Dispose() => temporary.Dispose();

    [Fact]
    public void A_second_user_of_the_folder_is_refused_and_told_who_has_it()
    {
        using var first = DataDirectory.Open(temporary.Path);

        var failure = Assert.Throws<StartException>(() => DataDirectory.Open(temporary.Path));

        Assert.Equal(ExitCode.DataInUse, failure.ExitCode);
        Assert.Contains($"process {Environment.ProcessId}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_folder_is_free_again_after_its_user_is_gone()
    {
        DataDirectory.Open(temporary.Path).Dispose();

        using var second = DataDirectory.Open(temporary.Path);

        Assert.Equal(temporary.Path, second.Path);
    }

    [Fact]
    public void A_secret_stays_the_same_and_is_the_owners_alone()
    {
        using var data = DataDirectory.Open(temporary.Path);

        var first = data.Secret("database");

        Assert.Equal(first, data.Secret("database"));
        Assert.NotEqual(first, data.Secret("another"));
        Assert.True(first.Length >= 32);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(data.Keys, "database")));
    }

    [Fact]
    public void A_path_that_is_a_file_is_refused_with_a_reason()
    {
        var file = temporary.Combine("file");
        File.WriteAllText(file, "");

        var failure = Assert.Throws<StartException>(() => DataDirectory.Open(file));

        Assert.Equal(ExitCode.Failed, failure.ExitCode);
        Assert.Contains(file, failure.Message, StringComparison.Ordinal);
    }
}
