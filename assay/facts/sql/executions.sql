-- The stretches in which a query itself holds its cluster: a caller weighs nothing while one of its children runs.
-- In: ran, calls(query_id, parent_query_id). Out: (q, query_id, unit, arrives_ms, begins_ms, ends_ms, rate).
WITH inside AS (
    SELECT
        parent.q,
        GREATEST(child.begins_ms, parent.begins_ms) AS begins_ms, LEAST(child.ends_ms, parent.ends_ms) AS ends_ms
    FROM calls
    INNER JOIN ran AS parent ON parent.query_id = calls.parent_query_id
    INNER JOIN ran AS child ON child.query_id = calls.query_id
    WHERE child.begins_ms < parent.ends_ms AND child.ends_ms > parent.begins_ms
),
ordered AS (
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
SELECT q, query_id, unit, arrives_ms, begins_ms, ends_ms, rate
FROM ran WHERE NOT EXISTS (SELECT 1 FROM inside WHERE inside.q = ran.q)
UNION ALL
SELECT ran.q, ran.query_id, ran.unit, ran.arrives_ms, own.begins_ms, own.ends_ms, ran.rate
FROM own INNER JOIN ran ON ran.q = own.q
WHERE own.ends_ms > own.begins_ms
