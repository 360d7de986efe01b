-- What each query's busy time weighs in its hour. In: shares(q, unit, hour_ms, share), ran, attributed(q, nano).
-- Out: (q, unit, hour_ms, weight), weight in busy shares × rate.
-- Once the warehouse's own weights are known they replace the equal ones among the queries they name; what these queries
-- hold of the hour together, and every query too short to be named, keep the share that time gives them.
WITH weighed AS (
    SELECT shares.q, shares.unit, shares.hour_ms, shares.share * ran_once.rate AS weight
    FROM shares INNER JOIN (SELECT q, MAX(rate) AS rate FROM ran GROUP BY q) AS ran_once ON ran_once.q = shares.q
),
spread AS (
    SELECT
        weighed.q, weighed.unit, weighed.hour_ms, weighed.weight,
        CAST(attributed.nano AS DOUBLE) * weighed.weight
        / SUM(weighed.weight) OVER (PARTITION BY weighed.q) AS nano
    FROM weighed INNER JOIN attributed ON attributed.q = weighed.q
    WHERE weighed.weight > 0
),
fine AS (
    SELECT
        q, unit, hour_ms, CAST(FLOOR(nano * 1000) AS BIGINT) AS fine_nano, weight,
        SUM(weight) OVER (PARTITION BY unit, hour_ms) AS held
    FROM spread
),
renewed AS (
    SELECT
        q, unit, hour_ms,
        CAST(FLOOR(CAST(held AS DOUBLE) * fine_nano / SUM(fine_nano) OVER (PARTITION BY unit, hour_ms)) AS BIGINT) AS weight
    FROM fine
    WHERE fine_nano > 0
)
SELECT weighed.q, weighed.unit, weighed.hour_ms, COALESCE(renewed.weight, weighed.weight) AS weight
FROM weighed
LEFT JOIN renewed ON renewed.q = weighed.q AND renewed.unit = weighed.unit AND renewed.hour_ms = weighed.hour_ms
