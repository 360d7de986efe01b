-- The stretches in which a query itself holds its meter: a caller weighs nothing while one of its statements runs.
-- In: ran, inside. Out: as ran.
WITH ordered AS (
    SELECT
        q, begins_ms,
        MAX(ends_ms) OVER (
            PARTITION BY q ORDER BY begins_ms, ends_ms ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS free_ms
    FROM inside
),
own AS (
    SELECT ran.q, COALESCE(ordered.free_ms, ran.begins_ms) AS begins_ms, ordered.begins_ms AS ends_ms
    FROM ordered INNER JOIN ran ON ran.q = ordered.q
    UNION ALL
    SELECT ran.q, MAX(inside.ends_ms) AS begins_ms, MAX(ran.ends_ms) AS ends_ms
    FROM inside INNER JOIN ran ON ran.q = inside.q GROUP BY ran.q
)
SELECT q, unit, arrives_ms, begins_ms, ends_ms, rate
FROM ran WHERE NOT EXISTS (SELECT 1 FROM inside WHERE inside.q = ran.q)
UNION ALL
SELECT ran.q, ran.unit, ran.arrives_ms, own.begins_ms, own.ends_ms, ran.rate
FROM own INNER JOIN ran ON ran.q = own.q
WHERE own.ends_ms > own.begins_ms
