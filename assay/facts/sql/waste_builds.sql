-- The builds of every asset: what an invocation sent to write it, or one statement sent by itself. In: statements.
-- Out: (asset_key, build, invocation, warehouse, at_ms, ends_ms, nano, rows, is_whole, is_failed); rows are null where no statement
-- tells them. A table is made anew where one statement writes it whole and none adds to it.
SELECT
    asset_key, CASE WHEN invocation = '' THEN query_id ELSE invocation END AS build, invocation, warehouse,
    MIN(start_ms) AS at_ms, MAX(end_ms) AS ends_ms, CAST(SUM(CASE WHEN failed = 0 THEN nano ELSE 0 END) AS BIGINT) AS nano,
    CAST(SUM(CASE WHEN untold_rows = 0 AND failed = 0 THEN rows END) AS BIGINT) AS rows,
    MAX(is_whole) * (1 - MAX(is_partial)) AS is_whole, MAX(failed) AS is_failed
FROM statements
WHERE writes = 1 AND asset_key <> ''
GROUP BY asset_key, CASE WHEN invocation = '' THEN query_id ELSE invocation END, invocation, warehouse
