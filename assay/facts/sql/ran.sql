-- When each query held its cluster: from the end of its waiting and compiling until it ended, less the time it was blocked.
-- In: statements, units, sizes(size, rate). Out: (q, query_id, unit, arrives_ms, begins_ms, ends_ms, rate).
-- A statement without a warehouse size ran on no warehouse (metadata, cached result), whatever session it came from.
SELECT
    q, query_id, unit, start_ms AS arrives_ms, begins_ms,
    CASE WHEN ends_ms > begins_ms THEN ends_ms ELSE begins_ms + 1 END AS ends_ms, COALESCE(rate, 1) AS rate
FROM statements
INNER JOIN units ON units.warehouse = statements.warehouse AND units.cluster_number = statements.cluster_number
LEFT JOIN sizes ON sizes.size = statements.size
