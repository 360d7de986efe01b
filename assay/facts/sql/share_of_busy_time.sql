-- Each query's share of the busy time of its cluster in one hour: the time it ran, divided at every instant by how many
-- ran beside it, at the rate of the warehouse's size then. In: rated_slices. Out: (q, unit, hour_ms, weight), in millionths of
-- a millisecond of an X-Small.
-- V(t) = ∫ dt / running(t) is the virtual time of fair queueing; a slice's share is V(end) − V(begin), so one sort does
-- it whatever the concurrency. Every step of V is a whole number below 2^53, so sums in DOUBLE are exact: they do not
-- depend on the order of the rows, on any engine. Events of one instant are put in one order, the same in each window: the
-- row that carries the step must come last of its instant in both.
WITH events AS (
    SELECT q, unit, hour_ms, begins_ms AS at_ms, CAST(1 AS DOUBLE) AS delta, rate FROM rated_slices
    UNION ALL
    SELECT q, unit, hour_ms, ends_ms AS at_ms, CAST(-1 AS DOUBLE) AS delta, rate FROM rated_slices
),
counted AS (
    SELECT
        q, unit, hour_ms, at_ms, delta, rate,
        SUM(delta) OVER (
            PARTITION BY unit, hour_ms ORDER BY at_ms, delta, q ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS running,
        LEAD(at_ms) OVER (PARTITION BY unit, hour_ms ORDER BY at_ms, delta, q) AS next_ms
    FROM events
),
stepped AS (
    SELECT
        q, unit, hour_ms, at_ms, delta, rate,
        CASE WHEN running > 0 THEN FLOOR(CAST((next_ms - at_ms) * 1000000 AS DOUBLE) / running) ELSE 0 END AS step
    FROM counted
),
virtual AS (
    SELECT
        q, unit, hour_ms, delta, rate,
        COALESCE(SUM(step) OVER (
            PARTITION BY unit, hour_ms ORDER BY at_ms, delta, q ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ), 0) AS v
    FROM stepped
)
SELECT q, unit, hour_ms, CAST(SUM(-delta * v * rate) AS BIGINT) AS weight FROM virtual GROUP BY q, unit, hour_ms
