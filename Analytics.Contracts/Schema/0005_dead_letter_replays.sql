-- Which dead letters have been sent again, and where they went: offset -1 when their event was found stored already.
-- Ordered as the list of dead letters joins it.
CREATE TABLE IF NOT EXISTS dead_letter_replays
(
    tenant       LowCardinality(String),
    topic        LowCardinality(String),
    partition    UInt16,
    offset       Int64,
    replayed     DateTime64(3, 'UTC'),
    to_partition Int32,
    to_offset    Int64
)
ENGINE = ReplacingMergeTree(replayed)
ORDER BY (tenant, topic, partition, offset)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
