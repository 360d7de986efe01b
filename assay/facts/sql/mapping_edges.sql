-- The edges the day's statements show: what a statement read flows into what it wrote, and what it renamed, swapped or
-- cloned flows on under the other name. Helper relations are their target already; an edge to oneself is none.
-- In: statements, reads, writes, meanings.
-- Out: (upstream, downstream, how 'access' or 'parsed', seen_ms).
SELECT r.asset_key AS upstream, w.asset_key AS downstream, w.how, MAX(s.start_ms) AS seen_ms
FROM writes AS w
INNER JOIN reads AS r ON r.query_id = w.query_id AND r.how = w.how
INNER JOIN statements AS s ON s.query_id = w.query_id
WHERE r.asset_key <> w.asset_key
GROUP BY 1, 2, 3
UNION
SELECT m.asset_key AS upstream, m.target_key AS downstream, 'parsed' AS how, MAX(s.start_ms) AS seen_ms
FROM statements AS s
INNER JOIN meanings AS m
    ON m.parameterized_hash = s.parameterized_hash AND m.database = s.database AND m.schema = s.schema
WHERE m.access = 'move' AND s.succeeded = 1
GROUP BY 1, 2, 3
