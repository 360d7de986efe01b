-- What each query's busy time weighs in its hour. In: shares(q, unit, hour_ms, weight), attributed(q, compute_nano),
-- executions, slices.
-- Out: (q, unit, hour_ms, weight).
-- Once the warehouse's own weights are known they replace the equal ones among the queries they name; what these queries
-- hold of the hour together, and every query too short to be named, keep the share that time gives them.
-- A query of several hours has its own weight spread over them by its shares; slices reach :margin_ms beyond the window so that
-- they are all there. One that lasts longer has it spread by the time it ran. So a day comes out the same whichever
-- days are worked out with it.
WITH weighed AS (
    SELECT q, unit, hour_ms, weight FROM shares WHERE weight > 0
),
long AS (
    SELECT q, CAST(SUM(ends_ms - begins_ms) AS DOUBLE) AS whole FROM executions
    GROUP BY q HAVING MAX(ends_ms) - MIN(begins_ms) > :margin_ms
),
ran_for AS (
    SELECT slices.q, slices.unit, slices.hour_ms, SUM(slices.ends_ms - slices.begins_ms) AS part, long.whole
    FROM slices INNER JOIN long ON long.q = slices.q
    GROUP BY slices.q, slices.unit, slices.hour_ms, long.whole
),
spread AS (
    SELECT
        weighed.q, weighed.unit, weighed.hour_ms, weighed.weight,
        FLOOR(
            CAST(attributed.compute_nano AS DOUBLE) * 100 * COALESCE(ran_for.part, weighed.weight)
            / COALESCE(ran_for.whole, CAST(SUM(weighed.weight) OVER (PARTITION BY weighed.q) AS DOUBLE))
        ) AS told
    FROM weighed
    INNER JOIN attributed ON attributed.q = weighed.q
    LEFT JOIN ran_for
        ON ran_for.q = weighed.q AND ran_for.unit = weighed.unit AND ran_for.hour_ms = weighed.hour_ms
    WHERE attributed.compute_nano > 0
),
hours AS (
    SELECT unit, hour_ms, CAST(SUM(weight) AS DOUBLE) AS held, SUM(told) AS told
    FROM spread WHERE told > 0 GROUP BY unit, hour_ms
)
SELECT
    weighed.q, weighed.unit, weighed.hour_ms,
    CASE
        WHEN spread.told > 0 THEN GREATEST(1, CAST(FLOOR(hours.held * spread.told / hours.told) AS BIGINT))
        ELSE weighed.weight
    END AS weight
FROM weighed
LEFT JOIN spread ON spread.q = weighed.q AND spread.unit = weighed.unit AND spread.hour_ms = weighed.hour_ms
LEFT JOIN hours ON hours.unit = weighed.unit AND hours.hour_ms = weighed.hour_ms
