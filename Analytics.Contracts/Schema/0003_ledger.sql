-- What became of every offset range, per tenant and minute of receipt. One insert per batch, with the batch's token.
-- Ordered by position, since the worker reads the newest ranges of its partitions on assignment.
CREATE TABLE IF NOT EXISTS ledger
(
    topic         LowCardinality(String),
    partition     UInt16,
    first         Int64 CODEC(Delta, ZSTD(1)),
    last          Int64 CODEC(Delta, ZSTD(1)),
    tenant        LowCardinality(String),
    minute        DateTime('UTC') CODEC(Delta, ZSTD(1)),
    accepted      UInt64 CODEC(T64, ZSTD(1)),
    stored        UInt64 CODEC(T64, ZSTD(1)),
    duplicates    UInt64 CODEC(T64, ZSTD(1)),
    dead_lettered UInt64 CODEC(T64, ZSTD(1)),
    INDEX by_minute minute TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(minute)
ORDER BY (topic, partition, first, tenant, minute)
SETTINGS non_replicated_deduplication_window = 50000, fsync_after_insert = 1, fsync_part_directory = 1;
