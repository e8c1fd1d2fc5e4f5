-- What SQL of analysts sees (docs/sql.md): views in a database of their own, ${views}, so that a name without a database means one of them.
-- SQL SECURITY DEFINER: who may read a view need not be allowed to read the table behind it. Neither tenant nor place in the log is shown.
CREATE DATABASE IF NOT EXISTS ${views};
CREATE OR REPLACE VIEW ${views}.events DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT id, type, source, subject, time, sessionid, traceid, data, strings, numbers, extensions, received
FROM ${tables}.events;
-- The same sessions as POST /query/sessions: by sessionid, else by subject until a pause of more than 30 minutes.
CREATE OR REPLACE VIEW ${views}.sessions DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT
    if(kind = 0, who, '') AS sessionid,
    s[1].5 AS subject,
    s[1].1 AS started,
    s[-1].1 AS ended,
    dateDiff('millisecond', started, ended) / 1000 AS seconds,
    length(s) AS events,
    s[1].4 AS first_type,
    s[-1].4 AS last_type,
    arrayMap(e -> e.4, s) AS types
FROM
(
    SELECT
        tenant,
        if(sessionid != '', 0, 1) AS kind,
        if(sessionid != '', sessionid, subject) AS who,
        arraySort(groupArray((time, kafka_partition, kafka_offset, CAST(type, 'String'), subject))) AS line
    FROM ${tables}.events
    WHERE sessionid != '' OR subject != ''
    GROUP BY tenant, kind, who
)
ARRAY JOIN if(kind = 0, [line],
    arraySplit((e, p) -> dateDiff('millisecond', p.1, e.1) > 1800000, line, arrayPushFront(arrayPopBack(line), line[1]))) AS s;
CREATE OR REPLACE VIEW ${views}.events_hourly DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT type, start AS hour, events, subjects FROM ${tables}.rollups WHERE grain = 'hour';
CREATE OR REPLACE VIEW ${views}.events_daily DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT type, start AS day, events, subjects FROM ${tables}.rollups WHERE grain = 'day';
