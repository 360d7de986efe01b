-- Which meter each query held, from when to when, at which rate; at least for a millisecond, the grain of the source.
-- In: statements, units, sizes(size, rate). Out: (q, unit, arrives_ms, begins_ms, ends_ms, rate).
SELECT
    q, unit, start_ms AS arrives_ms, begins_ms,
    CASE WHEN ends_ms > begins_ms THEN ends_ms ELSE begins_ms + 1 END AS ends_ms, COALESCE(rate, 1) AS rate
FROM statements
INNER JOIN units ON units.warehouse = statements.warehouse AND units.cluster_number = statements.cluster_number
LEFT JOIN sizes ON sizes.size = statements.size
WHERE NOT statements.size IS NULL
