-- What the day's writing statements say of the asset they wrote, hour by hour. Only the statement itself: a CALL that
-- sent it repeats its rows, and a helper relation is not the asset. In: statements, writes, family,
-- write_types(query_type), with_runs(asset_key).
-- Out: (asset_key, at_ms, runtime_ms, rows_written, untold, last_start_ms, last_end_ms, has_runs); at_ms is the hour's first
-- start. Rows of a statement that wrote several assets cannot be told apart: null.
WITH targets AS (
    SELECT query_id, COUNT(*) AS assets FROM writes GROUP BY query_id
)

SELECT
    w.asset_key, MIN(s.start_ms) AS at_ms, CAST(SUM(s.execution_ms) AS BIGINT) AS runtime_ms,
    CAST(SUM(CASE WHEN t.assets = 1 THEN COALESCE(s.rows_inserted, 0) + COALESCE(s.rows_updated, 0) END) AS BIGINT)
    AS rows_written,
    SUM(CASE WHEN s.rows_inserted IS NULL AND s.rows_updated IS NULL THEN 1 ELSE 0 END) AS untold,
    MAX(s.start_ms) AS last_start_ms, MAX(s.end_ms) AS last_end_ms,
    MAX(CASE WHEN r.asset_key IS NULL THEN 0 ELSE 1 END) AS has_runs
FROM writes AS w
INNER JOIN statements AS s ON s.query_id = w.query_id
INNER JOIN targets AS t ON t.query_id = w.query_id
INNER JOIN write_types AS k ON k.query_type = s.query_type
LEFT JOIN with_runs AS r ON r.asset_key = w.asset_key
LEFT JOIN (SELECT DISTINCT ancestor_id FROM family) AS f ON f.ancestor_id = s.query_id
WHERE w.helper = 0 AND f.ancestor_id IS NULL
GROUP BY w.asset_key, s.start_ms - s.start_ms % 3600000
