-- Which build each statement belongs to: the run that names it, else the run of the same invocation, else the run of the asset
-- in whose time it began; what is left and wrote goes by session and day. A statement of a test belongs to no build.
-- In: queries, query_assets, runs(run_id, build, asset_key, is_build, invocation_id, started_ms, ended_ms),
-- run_queries(run_id, query_id), write_types(query_type, is_whole). Out: (query_id, asset_key, run_id, session_id, day_ms).
WITH worked AS (
    SELECT
        a.query_id, a.asset_key, q.start_ms, COALESCE(q.session_id, '') AS session_id,
        COALESCE(q.invocation_id, '') AS invocation_id, COALESCE(q.node_id, '') AS node_id,
        CASE WHEN w.query_type IS NULL THEN 0 ELSE 1 END AS writes
    FROM query_assets AS a
    INNER JOIN queries AS q ON q.query_id = a.query_id
    LEFT JOIN write_types AS w ON w.query_type = UPPER(COALESCE(q.query_type, ''))
),
exact AS (
    SELECT w.query_id, w.asset_key, MIN(r.run_id) AS run_id, MAX(r.is_build) AS is_build
    FROM worked AS w
    INNER JOIN run_queries AS n ON n.query_id = w.query_id
    INNER JOIN runs AS r ON r.run_id = n.run_id AND r.asset_key = w.asset_key
    GROUP BY w.query_id, w.asset_key
),
others AS (
    SELECT w.query_id, w.asset_key, w.start_ms, w.session_id, w.invocation_id, w.writes
    FROM worked AS w
    WHERE NOT w.node_id LIKE 'test.%' AND NOT w.node_id LIKE 'unit_test.%'
        AND NOT EXISTS (SELECT 1 FROM exact AS e WHERE e.query_id = w.query_id AND e.asset_key = w.asset_key)
),
invoked AS (
    SELECT o.query_id, o.asset_key, MIN(r.run_id) AS run_id
    FROM others AS o
    INNER JOIN runs AS r ON r.asset_key = o.asset_key AND r.invocation_id = o.invocation_id
    WHERE o.invocation_id <> '' AND r.is_build = 1
    GROUP BY o.query_id, o.asset_key
),
timed AS (
    SELECT o.query_id, o.asset_key, MIN(r.run_id) AS run_id
    FROM others AS o
    INNER JOIN runs AS r ON r.asset_key = o.asset_key AND o.start_ms >= r.started_ms AND o.start_ms <= r.ended_ms
    WHERE o.invocation_id = '' AND o.writes = 1 AND r.is_build = 1
    GROUP BY o.query_id, o.asset_key
)
SELECT query_id, asset_key, run_id, '' AS session_id, CAST(0 AS BIGINT) AS day_ms FROM exact WHERE is_build = 1
UNION ALL
SELECT query_id, asset_key, run_id, '' AS session_id, CAST(0 AS BIGINT) AS day_ms FROM invoked
UNION ALL
SELECT query_id, asset_key, run_id, '' AS session_id, CAST(0 AS BIGINT) AS day_ms FROM timed
UNION ALL
SELECT
    o.query_id, o.asset_key, CAST(NULL AS BIGINT) AS run_id, o.session_id, o.start_ms - o.start_ms % 86400000 AS day_ms
FROM others AS o
WHERE o.writes = 1
    AND NOT EXISTS (SELECT 1 FROM invoked AS i WHERE i.query_id = o.query_id AND i.asset_key = o.asset_key)
    AND NOT EXISTS (SELECT 1 FROM timed AS t WHERE t.query_id = o.query_id AND t.asset_key = o.asset_key)
