return await Embedded.Kafka.BrokerCommand.RunAsync(args);
