-- The edges the day's statements show: what a statement read flows into what it wrote, and what it renamed, swapped or
-- cloned flows on under the other name. Helper relations are their target already; an edge to oneself is none.
-- In: statements, reads, writes, meanings, relations, objects.
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
UNION
SELECT
    CASE WHEN d.way = 1 THEN a.asset_key ELSE b.asset_key END AS upstream,
    CASE WHEN d.way = 1 THEN b.asset_key ELSE a.asset_key END AS downstream,
    'access' AS how, MAX(s.start_ms) AS seen_ms
FROM relations AS f
INNER JOIN relations AS t ON t.query_id = f.query_id AND t.access = 'ddl_target'
INNER JOIN objects AS a ON a.object_name = f.object_name AND a.hidden = 0
INNER JOIN objects AS b ON b.object_name = t.object_name AND b.hidden = 0
INNER JOIN statements AS s ON s.query_id = f.query_id
CROSS JOIN (SELECT 1 AS way UNION ALL SELECT 2 AS way) AS d
WHERE f.access = 'ddl' AND s.succeeded = 1 AND a.asset_key <> b.asset_key
GROUP BY 1, 2, 3
