using Xunit.Sdk;
using Xunit.v3;

// Meters are the process's: a host sees what the hosts of other tests measure at the same time.
[assembly: Parallelization(Mode = ParallelMode.None)]
