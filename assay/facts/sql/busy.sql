-- What each query's busy time weighs in its hour. In: shares(q, unit, hour_ms, weight), attributed(q, compute_nano).
-- Out: (q, unit, hour_ms, weight).
-- Once the warehouse's own weights are known they replace the equal ones among the queries they name; what these queries
-- hold of the hour together, and every query too short to be named, keep the share that time gives them.
WITH weighed AS (
    SELECT q, unit, hour_ms, weight FROM shares WHERE weight > 0
),
spread AS (
    SELECT
        weighed.q, weighed.unit, weighed.hour_ms, weighed.weight,
        FLOOR(
            CAST(attributed.compute_nano AS DOUBLE) * 100 * weighed.weight
            / CAST(SUM(weighed.weight) OVER (PARTITION BY weighed.q) AS DOUBLE)
        ) AS told
    FROM weighed INNER JOIN attributed ON attributed.q = weighed.q
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
