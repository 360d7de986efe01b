-- Each query's share of the busy time of its cluster in one hour: the time it ran, divided at every instant by how many
-- ran beside it, at the rate of the warehouse's size then. In: rated_slices. Out: (q, unit, hour_ms, weight), in millionths of
-- a millisecond of an X-Small.
-- V(t) = ∫ dt / running(t) is the virtual time of fair queueing; a slice's share is V(end) − V(begin), so one sort does
-- it whatever the concurrency. Every step of V is a whole number below 2^53, so sums in DOUBLE are exact: they do not
-- depend on the order of the rows, on any engine. Events of one instant are put in one order, the same in each window: the
-- row that carries the step must come last of its instant in both.
-- A lane is one cluster's hour in one number, and a turn the rate with the sign of its event: narrow rows sort faster.
WITH events AS (
    SELECT q, hour_ms + unit AS lane, begins_ms AS at_ms, rate AS turn FROM rated_slices
    UNION ALL
    SELECT q, hour_ms + unit AS lane, ends_ms AS at_ms, -rate AS turn FROM rated_slices
),
counted AS (
    SELECT
        q, lane, at_ms, turn,
        SUM(CASE WHEN turn > 0 THEN CAST(1 AS DOUBLE) ELSE CAST(-1 AS DOUBLE) END) OVER (
            PARTITION BY lane ORDER BY at_ms, turn, q ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS running,
        LEAD(at_ms) OVER (PARTITION BY lane ORDER BY at_ms, turn, q) AS next_ms
    FROM events
),
stepped AS (
    SELECT
        q, lane, at_ms, turn,
        CASE WHEN running > 0 THEN FLOOR(CAST((next_ms - at_ms) * 1000000 AS DOUBLE) / running) ELSE 0 END AS step
    FROM counted
),
virtual AS (
    SELECT
        q, lane, turn,
        COALESCE(SUM(step) OVER (
            PARTITION BY lane ORDER BY at_ms, turn, q ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ), 0) AS v
    FROM stepped
)
SELECT
    q, lane % 3600000 AS unit, lane - lane % 3600000 AS hour_ms, CAST(SUM(-turn * v) AS BIGINT) AS weight
FROM virtual GROUP BY q, lane
