using Benchmarks;

return await Command.RunAsync(args);
