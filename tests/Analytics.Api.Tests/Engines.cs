using TestKit;

[assembly: AssemblyFixture(typeof(Infrastructure))]
