namespace Analytics.Api.Query;

/// <summary>Counts who is in, per tenant and in all, and lets nobody in beyond either limit.</summary>
internal sealed class Seats(int most, int mostPerTenant)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _tenants = new(StringComparer.Ordinal);
    private int _taken;

    public bool TryTake(string tenant)
    {
        lock (_lock)
        {
            var own = _tenants.GetValueOrDefault(tenant);
            if (_taken >= most || own >= mostPerTenant)
                return false;

            _tenants[tenant] = own + 1;
            _taken++;
            return true;
        }
    }

    public void Give(string tenant)
    {
        lock (_lock)
        {
            _taken--;
            if (--_tenants[tenant] == 0)
                _tenants.Remove(tenant);
        }
    }
}
