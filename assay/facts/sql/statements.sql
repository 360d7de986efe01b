-- Every statement of the window, numbered, with what the bill is later told by. In: queries. Out: the columns below.
SELECT
    ROW_NUMBER() OVER () AS q, query_id, start_ms, end_ms, warehouse,
    CASE WHEN NOT warehouse IS NULL AND NOT warehouse_size IS NULL THEN COALESCE(cluster_number, 1) END AS cluster_number,
    UPPER(REPLACE(REPLACE(warehouse_size, '-', ''), ' ', '')) AS size,
    LEAST(
        start_ms + COALESCE(queued_provisioning_ms, 0) + COALESCE(queued_repair_ms, 0)
        + COALESCE(queued_overload_ms, 0) + COALESCE(compilation_ms, 0) + COALESCE(list_external_files_ms, 0),
        end_ms
    ) AS begins_ms,
    end_ms - COALESCE(transaction_blocked_ms, 0) AS ends_ms,
    COALESCE(cloud_services_nano, 0) AS cloud_services_nano, COALESCE(acceleration_bytes, 0) AS acceleration_bytes,
    "user", tag
FROM queries
WHERE NOT end_ms IS NULL
