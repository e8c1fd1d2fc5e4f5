using System.Text;

namespace Analytics.Contracts.Tests;

public sealed class EventKeyTests
{
    [Fact]
    public void Events_about_one_subject_share_a_key_and_others_have_their_own()
    {
        Assert.Equal("acme\nu1", Encoding.UTF8.GetString(EventKey.Create("acme"u8, "u1"u8, "e1"u8)));
        Assert.Equal("acme\n\ne1", Encoding.UTF8.GetString(EventKey.Create("acme"u8, default, "e1"u8)));
    }
}
