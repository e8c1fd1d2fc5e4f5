-- What is stored per hour and day, kept by a materialized view, so that counts and unique subjects need not read the events. See
-- docs/adr/0006-rollups-in-one-table.md. One table for all grains: an insert adds one part and not three, and they change together.
--   hour, day: events and subjects per type and UTC hour or day of the event's time.
--   stored: events per UTC hour of all types (type is ''), with a fingerprint of which ones: the version of what is stored.
-- ORDER BY as events, the grain first, since a query reads one. kafka_partition: what one partition stored can be compared with the
-- events and put right by its owner, whatever others insert meanwhile.
-- Not partitioned: times of events may span years, and an insert shall make one part. No TTL: events have none.
-- subjects are exact states (128-bit hashes, 16 bytes each), as uniqExact has them when it reads the events.

-- 1. Nobody inserts while the events there are summed up: new inserts are refused (and repeated by the worker), running ones have ended
--    when the table is let go. All of this can run again after a kill between any two statements: hence the first one.
ATTACH TABLE IF NOT EXISTS events;
ALTER TABLE events ADD CONSTRAINT IF NOT EXISTS not_while_rollups_are_filled CHECK false;
DETACH TABLE IF EXISTS events SYNC;
ATTACH TABLE IF NOT EXISTS events;

-- 2. Sum up, into a new table: what a killed try may still be writing goes away with the old one.
DROP VIEW IF EXISTS events_to_rollups SYNC;
DROP TABLE IF EXISTS rollups SYNC;
CREATE TABLE rollups
(
    grain           Enum8('hour' = 1, 'day' = 2, 'stored' = 3),
    tenant          LowCardinality(String),
    type            LowCardinality(String),
    start           DateTime('UTC') CODEC(Delta, ZSTD(1)),
    kafka_partition UInt16 CODEC(ZSTD(1)),
    events          SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
    subjects        AggregateFunction(uniqExact, Nullable(String)) CODEC(ZSTD(1)),
    fingerprint     SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
ORDER BY (grain, tenant, type, start, kafka_partition)
SETTINGS non_replicated_deduplication_window = 50000, fsync_after_insert = 1, fsync_part_directory = 1;
INSERT INTO rollups
SELECT
    grain, tenant, if(grain = 'stored', '', type) AS type, if(grain = 'day', toStartOfDay(hour), hour) AS start, kafka_partition, events,
    if(grain = 'stored', initializeAggregation('uniqExactState', CAST(NULL, 'Nullable(String)')), hour_subjects) AS subjects, fingerprint
FROM
(
    SELECT
        tenant, type, toStartOfHour(time) AS hour, kafka_partition, toInt64(count()) AS events,
        uniqExactState(nullIf(subject, '')) AS hour_subjects, sum(sipHash64(kafka_partition, kafka_offset)) AS fingerprint
    FROM events
    GROUP BY tenant, type, hour, kafka_partition
)
ARRAY JOIN CAST(['hour', 'day', 'stored'], 'Array(Enum8(''hour'' = 1, ''day'' = 2, ''stored'' = 3))') AS grain
SETTINGS insert_deduplicate = 0, optimize_aggregation_in_order = 1, max_execution_time = 0;

-- 3. From now on every insert brings its own.
CREATE MATERIALIZED VIEW events_to_rollups TO rollups AS
SELECT
    grain, tenant, if(grain = 'stored', '', type) AS type, if(grain = 'day', toStartOfDay(hour), hour) AS start, kafka_partition, events,
    if(grain = 'stored', initializeAggregation('uniqExactState', CAST(NULL, 'Nullable(String)')), hour_subjects) AS subjects, fingerprint
FROM
(
    SELECT
        tenant, type, toStartOfHour(time) AS hour, kafka_partition, toInt64(count()) AS events,
        uniqExactState(nullIf(subject, '')) AS hour_subjects, sum(sipHash64(kafka_partition, kafka_offset)) AS fingerprint
    FROM events
    GROUP BY tenant, type, hour, kafka_partition
)
ARRAY JOIN CAST(['hour', 'day', 'stored'], 'Array(Enum8(''hour'' = 1, ''day'' = 2, ''stored'' = 3))') AS grain;
CREATE OR REPLACE VIEW events_hourly AS
SELECT tenant, type, start AS hour, kafka_partition, events, subjects FROM rollups WHERE grain = 'hour';
CREATE OR REPLACE VIEW events_daily AS
SELECT tenant, type, start AS day, kafka_partition, events, subjects FROM rollups WHERE grain = 'day';
CREATE OR REPLACE VIEW stored_hours AS
SELECT tenant, start AS hour, kafka_partition, events, fingerprint FROM rollups WHERE grain = 'stored';
ALTER TABLE events DROP CONSTRAINT IF EXISTS not_while_rollups_are_filled;
