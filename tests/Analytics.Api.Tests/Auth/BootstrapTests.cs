using System.Net;
using Analytics.Api.Auth;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TestKit;

namespace Analytics.Api.Tests.Auth;

public sealed class BootstrapTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    [Fact]
    public void Without_a_password_the_start_fails_and_says_what_to_set()
    {
        using var api = new ApiApplication(Settings(("Bootstrap:AdminPassword", null)), directory);

        var failure = Assert.Throws<OptionsValidationException>(api.CreateClient);

        Assert.Contains("Bootstrap:AdminPassword", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_signing_key_the_start_fails_and_says_what_to_set()
    {
        using var api = new ApiApplication(Settings(("Auth:SigningKeyFile", null)), directory);

        var failure = Assert.Throws<OptionsValidationException>(api.CreateClient);

        Assert.Contains("Auth:SigningKey", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_signing_key_file_stops_the_start_unless_it_may_be_created()
    {
        using var api = new ApiApplication(Settings(("Auth:CreateSigningKey", "false")), directory);

        var failure = Assert.Throws<OptionsValidationException>(api.CreateClient);

        Assert.Contains(directory.Combine("signing.pem"), failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_signing_key_of_another_kind_stops_the_start()
    {
        using var rsa = System.Security.Cryptography.RSA.Create(2048);
        using var api = new ApiApplication(Settings(("Auth:SigningKey", rsa.ExportPkcs8PrivateKeyPem())), directory);

        var failure = Assert.Throws<OptionsValidationException>(api.CreateClient);

        Assert.DoesNotContain("BEGIN", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("control")]
    [InlineData("clickhouse")]
    [InlineData("kafka")]
    [InlineData("redis")]
    public void A_missing_connection_string_stops_the_start_by_name(string name)
    {
        using var api = new ApiApplication(Settings(($"ConnectionStrings:{name}", null)), directory);

        var failure = Assert.Throws<OptionsValidationException>(api.CreateClient);

        Assert.Contains($"ConnectionStrings__{name}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_configured_is_generated_once_and_kept_in_a_file_only_its_owner_may_read()
    {
        var file = directory.Combine("credentials");
        var settings = Settings(("Bootstrap:AdminPassword", null), ("Bootstrap:IngestKey", null), ("Bootstrap:CredentialsFile", file));
        string password, key;
        await using (var first = new ApiApplication(settings, directory))
        {
            first.CreateClient().Dispose();
            var generated = first.Services.GetRequiredService<Bootstrap>().Result!;
            (password, key) = (generated.AdminPassword!, generated.IngestKey!);
        }

        await using var second = new ApiApplication(settings, directory);

        using var admin = await second.LoginAsync(password: password);
        using var ingest = second.WithKey(key);
        Assert.Equal(HttpStatusCode.OK, (await ingest.GetAsync("/api/v1/auth/me")).StatusCode);
        Assert.Null(second.Services.GetRequiredService<Bootstrap>().Result!.AdminPassword);
        Assert.Null(second.Services.GetRequiredService<Bootstrap>().Result!.IngestKey);
        var text = await File.ReadAllTextAsync(file);
        Assert.Contains($"AdminPassword={password}\n", text, StringComparison.Ordinal);
        Assert.Contains($"IngestKey={key}\n", text, StringComparison.Ordinal);
        Assert.Contains("Tenant=default\n", text, StringComparison.Ordinal);
        AssertOnlyTheOwnerMayRead(file, directory.Combine("signing.pem"), directory.Combine("control.db"));
    }

    [Fact]
    public async Task A_lost_control_store_gets_the_kept_credentials_again()
    {
        var settings = Settings(("Bootstrap:AdminPassword", null), ("Bootstrap:CredentialsFile", directory.Combine("credentials")));
        string password;
        await using (var first = new ApiApplication(settings, directory))
        {
            first.CreateClient().Dispose();
            password = first.Services.GetRequiredService<Bootstrap>().Result!.AdminPassword!;
        }

        foreach (var file in Directory.GetFiles(directory.Path, "control.db*"))
            File.Delete(file);
        await using var second = new ApiApplication(settings, directory);

        using var admin = await second.LoginAsync(password: password);
    }

    [Fact]
    public async Task A_changed_password_replaces_the_old_one_and_ends_its_logins()
    {
        string refresh;
        await using (var first = new ApiApplication(null, directory))
            refresh = (await first.TokensAsync()).GetProperty("refresh_token").GetString()!;

        await using var second = new ApiApplication(Settings(("Bootstrap:AdminPassword", "another password")), directory);

        using var admin = await second.LoginAsync(password: "another password");
        using var client = second.CreateClient();
        using var old = await client.PostTextAsync("/api/v1/auth/token", $$"""{"username":"admin","password":"{{ApiApplication.AdminPassword}}"}""");
        Assert.Equal(HttpStatusCode.Unauthorized, old.StatusCode);
        using var refreshed = await client.PostTextAsync("/api/v1/auth/refresh", $$"""{"refresh_token":"{{refresh}}"}""");
        Assert.Equal(HttpStatusCode.Unauthorized, refreshed.StatusCode);
    }

    [Fact]
    public async Task A_changed_ingest_key_replaces_the_old_one()
    {
        await using (var first = new ApiApplication(null, directory))
            first.CreateClient().Dispose();

        await using var second = new ApiApplication(Settings(("Bootstrap:IngestKey", "another-key")), directory);

        using var old = second.WithKey();
        using var current = second.WithKey("another-key");
        Assert.Equal(HttpStatusCode.Unauthorized, (await old.GetAsync("/api/v1/auth/me")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await current.GetAsync("/api/v1/auth/me")).StatusCode);
    }

    [Fact]
    public async Task Several_processes_may_start_together_on_an_empty_store()
    {
        var settings = Settings(("Bootstrap:AdminPassword", null), ("Bootstrap:IngestKey", null), ("Bootstrap:CredentialsFile", directory.Combine("credentials")));
        var applications = Enumerable.Range(0, 4).Select(_ => new ApiApplication(settings, directory)).ToList();

        await Task.WhenAll(applications.Select(application => Task.Run(() => application.CreateClient().Dispose())));

        var generated = applications.Select(application => application.Services.GetRequiredService<Bootstrap>().Result!).ToList();
        var password = Assert.Single(generated, result => result.AdminPassword is not null).AdminPassword!;
        foreach (var application in applications)
            (await application.LoginAsync(password: password)).Dispose();
        var first = await applications[0].TokensAsync(password: password);
        using var elsewhere = applications[3].WithToken(first.GetProperty("access_token").GetString()!);
        Assert.Equal(HttpStatusCode.OK, (await elsewhere.GetAsync("/api/v1/auth/me")).StatusCode);
        foreach (var application in applications)
            await application.DisposeAsync();
    }

    public void Dispose() => directory.Dispose();

    private static void AssertOnlyTheOwnerMayRead(params string[] files)
    {
        if (OperatingSystem.IsWindows())
            return; // there the directory's rights decide
        foreach (var file in files)
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    private static Dictionary<string, string?> Settings(params (string Name, string? Value)[] settings) =>
        settings.ToDictionary(setting => setting.Name, setting => setting.Value);
}
