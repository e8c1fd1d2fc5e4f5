// Meters are the process's: a host sees what the hosts of other tests measure at the same time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
