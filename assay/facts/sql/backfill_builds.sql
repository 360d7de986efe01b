-- One row per build: what its statements were charged, wrote and read, and where they ran longest.
-- In: members, queries, charges (the ledger), write_types(query_type, is_whole).
-- Out: (asset_key, run_id, first_query_id, at_ms, execution_ms, warehouse, warehouse_size, whole_rows, part_rows, wholes, parts,
-- bytes, busy_nano, total_nano, queries, failed). `wholes` are statements that make a table whole, `parts` those that change one.
WITH told AS (
    SELECT c.query_id, c.asset_key, SUM(c.nano_credits) AS total_nano,
        SUM(CASE WHEN c.kind = 'busy' THEN c.nano_credits ELSE 0 END) AS busy_nano
    FROM charges AS c
    WHERE NOT c.query_id IS NULL AND NOT c.asset_key IS NULL
    GROUP BY c.query_id, c.asset_key
),
lines AS (
    SELECT
        m.asset_key, m.run_id, m.session_id, m.day_ms, q.query_id, q.start_ms, q.warehouse, q.warehouse_size,
        COALESCE(q.execution_ms, q.end_ms - q.start_ms) AS execution_ms, COALESCE(q.bytes_scanned, 0) AS bytes,
        CASE WHEN UPPER(COALESCE(q.status, 'SUCCESS')) = 'SUCCESS' THEN 0 ELSE 1 END AS failed,
        w.is_whole, COALESCE(q.rows_inserted, 0) + COALESCE(q.rows_updated, 0) AS rows_written,
        COALESCE(t.busy_nano, 0) AS busy_nano, COALESCE(t.total_nano, 0) AS total_nano
    FROM members AS m
    INNER JOIN queries AS q ON q.query_id = m.query_id
    LEFT JOIN told AS t ON t.query_id = m.query_id AND t.asset_key = m.asset_key
    LEFT JOIN write_types AS w ON w.query_type = UPPER(COALESCE(q.query_type, ''))
),
ordered AS (
    SELECT
        asset_key, run_id, session_id, day_ms, query_id, start_ms, execution_ms, bytes, failed, is_whole, rows_written,
        busy_nano, total_nano,
        FIRST_VALUE(query_id) OVER (
            PARTITION BY asset_key, run_id, session_id, day_ms ORDER BY start_ms, query_id
        ) AS first_query_id,
        FIRST_VALUE(warehouse) OVER (
            PARTITION BY asset_key, run_id, session_id, day_ms
            ORDER BY CASE WHEN warehouse_size IS NULL THEN 1 ELSE 0 END, execution_ms DESC, query_id
        ) AS warehouse,
        FIRST_VALUE(warehouse_size) OVER (
            PARTITION BY asset_key, run_id, session_id, day_ms
            ORDER BY CASE WHEN warehouse_size IS NULL THEN 1 ELSE 0 END, execution_ms DESC, query_id
        ) AS warehouse_size
    FROM lines
)
SELECT
    asset_key, run_id, MIN(first_query_id) AS first_query_id, MIN(start_ms) AS at_ms,
    CAST(SUM(execution_ms) AS BIGINT) AS execution_ms, COALESCE(MIN(warehouse), '') AS warehouse,
    COALESCE(MIN(warehouse_size), '') AS warehouse_size,
    CAST(SUM(CASE WHEN is_whole = 1 THEN rows_written ELSE 0 END) AS BIGINT) AS whole_rows,
    CAST(SUM(CASE WHEN is_whole = 0 THEN rows_written ELSE 0 END) AS BIGINT) AS part_rows,
    SUM(CASE WHEN is_whole = 1 THEN 1 ELSE 0 END) AS wholes, SUM(CASE WHEN is_whole = 0 THEN 1 ELSE 0 END) AS parts,
    CAST(SUM(bytes) AS BIGINT) AS bytes, CAST(SUM(busy_nano) AS BIGINT) AS busy_nano,
    CAST(SUM(total_nano) AS BIGINT) AS total_nano, COUNT(*) AS queries, SUM(failed) AS failed
FROM ordered
GROUP BY asset_key, run_id, session_id, day_ms
