return await Embedded.ClickHouse.EmbeddedServer.RunAsync(args);
