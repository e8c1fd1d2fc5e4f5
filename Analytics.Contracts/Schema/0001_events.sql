-- One row per event. See docs/adr/0002-how-events-are-stored.md for the measurements behind every choice here.
-- ORDER BY: every query names its tenant, most name types, all name a range of time.
-- PARTITION BY the month of receipt, not of the event: an insert makes one part even when its events span years.
-- data is the JSON as posted; strings and numbers are its leaves by dotted path, which queries read: booleans as the texts
-- true and false, arrays as their JSON text, absent paths and JSON nulls as NULL.
CREATE TABLE IF NOT EXISTS events
(
    tenant          LowCardinality(String),
    type            LowCardinality(String),
    time            DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    id              String CODEC(ZSTD(1)),
    source          LowCardinality(String),
    subject         String CODEC(ZSTD(1)),
    sessionid       String CODEC(ZSTD(1)),
    traceid         String CODEC(ZSTD(1)),
    data            String CODEC(ZSTD(1)),
    strings         Map(LowCardinality(String), Nullable(String)) CODEC(ZSTD(1)),
    numbers         Map(LowCardinality(String), Nullable(Float64)) CODEC(ZSTD(1)),
    extensions      String CODEC(ZSTD(1)),
    received        DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    kafka_partition UInt16 CODEC(ZSTD(1)),
    kafka_offset    Int64 CODEC(Delta, ZSTD(1)),
    INDEX by_received received TYPE minmax GRANULARITY 1,
    INDEX by_offset kafka_offset TYPE minmax GRANULARITY 1,
    INDEX by_id id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(received)
ORDER BY (tenant, type, time)
SETTINGS
    map_serialization_version = 'with_buckets',
    map_serialization_version_for_zero_level_parts = 'basic',
    map_buckets_min_avg_size = 0,
    map_buckets_strategy = 'constant',
    max_buckets_in_map = 8,
    merge_selector_base = 10,
    non_replicated_deduplication_window = 50000,
    fsync_after_insert = 1,
    fsync_part_directory = 1;
