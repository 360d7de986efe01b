-- Every statement of the window, numbered by start and id, with what it held and what the bill is later told by.
-- In: queries. Out: the columns below; `size` is null for a statement that ran on no warehouse (metadata, cached result).
-- A query holds its cluster from the end of its waiting and compiling until it ended, less the time it was blocked.
-- Narrow rows are numbered and joined back: sorting the wide ones costs more.
WITH numbers AS (
    SELECT query_id, ROW_NUMBER() OVER (ORDER BY start_ms, query_id) AS q FROM queries
)
SELECT
    numbers.q, queries.query_id, start_ms, end_ms, warehouse,
    COALESCE(cluster_number, 1) AS cluster_number, UPPER(REPLACE(REPLACE(warehouse_size, '-', ''), ' ', '')) AS size,
    LEAST(
        start_ms + COALESCE(queued_provisioning_ms, 0) + COALESCE(queued_repair_ms, 0)
        + COALESCE(queued_overload_ms, 0) + COALESCE(compilation_ms, 0) + COALESCE(list_external_files_ms, 0),
        end_ms
    ) AS begins_ms,
    end_ms - COALESCE(transaction_blocked_ms, 0) AS ends_ms,
    COALESCE(cloud_services_nano, 0) AS cloud_services_nano, COALESCE(acceleration_bytes, 0) AS acceleration_bytes,
    "user", tag
FROM queries INNER JOIN numbers ON numbers.query_id = queries.query_id
WHERE NOT end_ms IS NULL
