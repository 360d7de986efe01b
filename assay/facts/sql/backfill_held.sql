-- When statements held their warehouse, for replaying its bill. In: statements (of `backfill_queries`).
-- Out: (warehouse, cluster_number, size, begins_ms, ends_ms), in order of their end.
SELECT warehouse, cluster_number, size, begins_ms, ends_ms
FROM statements
WHERE NOT size IS NULL AND ends_ms >= begins_ms
ORDER BY ends_ms, begins_ms, q
