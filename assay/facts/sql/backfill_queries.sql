-- The statements of the warehouses asked for: all others play no part in their timelines. In: told (query history),
-- wanted(warehouse). Out: the columns the step `statements` reads.
SELECT
    t.query_id, t.start_ms, t.end_ms, t.queued_provisioning_ms, t.queued_repair_ms, t.queued_overload_ms, t.compilation_ms,
    t.list_external_files_ms, t.transaction_blocked_ms, t.cluster_number, t.warehouse, t.warehouse_size,
    t.cloud_services_nano, t.acceleration_bytes, t."user", t.tag
FROM told AS t
INNER JOIN wanted AS w ON w.warehouse = t.warehouse
WHERE NOT t.warehouse_size IS NULL
