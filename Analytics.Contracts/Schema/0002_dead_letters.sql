-- Records that could not become events. Ordered by tenant and time of receipt, as operators search them.
CREATE TABLE IF NOT EXISTS dead_letters
(
    tenant          LowCardinality(String),
    received        DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    code            LowCardinality(String),
    message         String CODEC(ZSTD(1)),
    topic           LowCardinality(String),
    partition       UInt16,
    offset          Int64 CODEC(Delta, ZSTD(1)),
    key             String CODEC(ZSTD(1)),
    value           String CODEC(ZSTD(3)),
    kafka_partition UInt16,
    kafka_offset    Int64 CODEC(Delta, ZSTD(1)),
    INDEX by_offset kafka_offset TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(received)
ORDER BY (tenant, received, topic, partition, offset)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;
