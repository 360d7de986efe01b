-- When statements held their warehouse, for replaying its bill. In: statements, wanted(warehouse).
-- Out: (warehouse, cluster_number, size, begins_ms, ends_ms), in order of their end.
SELECT s.warehouse, s.cluster_number, s.size, s.begins_ms, s.ends_ms
FROM statements AS s
INNER JOIN wanted AS w ON w.warehouse = s.warehouse
WHERE NOT s.size IS NULL AND s.ends_ms >= s.begins_ms
ORDER BY s.ends_ms, s.begins_ms, s.q
