-- Every statement that held a warehouse, once for each asset it worked for, with its charge there and what it did; no asset is empty text.
-- In: queries, query_assets, lines, write_types(query_type, is_whole, is_partial). Out: the columns below.
-- `began` is 1 where it began in [:from_ms, :until_ms): one that ran over midnight is met twice, and counts once.
-- `sort` is failed, build (it wrote the asset) or other.
WITH held AS (
    SELECT
        query_id, start_ms, end_ms, warehouse, UPPER(REPLACE(REPLACE(warehouse_size, '-', ''), ' ', '')) AS size,
        COALESCE(invocation_id, '') AS invocation, UPPER(COALESCE(query_type, '')) AS query_type, error_code,
        COALESCE(execution_ms, end_ms - start_ms) AS ran_ms, spilled_local_bytes, spilled_remote_bytes,
        COALESCE(rows_inserted, rows_updated, rows_deleted) IS NULL AS untold_rows,
        COALESCE(rows_inserted, 0) + COALESCE(rows_updated, 0) + COALESCE(rows_deleted, 0) AS rows,
        CASE WHEN UPPER(COALESCE(status, 'SUCCESS')) = 'SUCCESS' AND COALESCE(error_code, '') = '' THEN 0 ELSE 1 END AS failed
    FROM queries WHERE NOT warehouse IS NULL AND NOT warehouse_size IS NULL AND NOT end_ms IS NULL
)
SELECT
    held.query_id, COALESCE(query_assets.asset_key, '') AS asset_key, held.warehouse, held.size, held.invocation,
    held.start_ms, held.end_ms, held.error_code, held.failed,
    CASE WHEN held.start_ms >= :from_ms AND held.start_ms < :until_ms THEN 1 ELSE 0 END AS began,
    CASE
        WHEN held.failed = 1 THEN 'failed'
        WHEN NOT write_types.query_type IS NULL AND NOT query_assets.asset_key IS NULL THEN 'build'
        ELSE 'other'
    END AS sort,
    CASE WHEN write_types.query_type IS NULL THEN 0 ELSE 1 END AS writes,
    COALESCE(write_types.is_whole, 0) AS is_whole, COALESCE(write_types.is_partial, 0) AS is_partial,
    CASE WHEN held.untold_rows THEN 1 ELSE 0 END AS untold_rows, held.rows, held.ran_ms,
    held.spilled_local_bytes, held.spilled_remote_bytes, COALESCE(lines.busy_nano, 0) AS nano
FROM held
LEFT JOIN query_assets ON query_assets.query_id = held.query_id
LEFT JOIN write_types ON write_types.query_type = held.query_type
LEFT JOIN lines
    ON lines.query_id = held.query_id AND lines.asset_key = COALESCE(query_assets.asset_key, '')
    AND lines.warehouse = held.warehouse
