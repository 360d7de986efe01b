-- Everything that holds a warehouse's hour. In: cells(cell, resource, hour_ms, service, nano), units, busy, idle_parts, top_up_parts.
-- Out: (cell, q, kind, weight).
SELECT cells.cell, held.q, held.kind, CAST(SUM(held.weight) AS BIGINT) AS weight
FROM (
    SELECT q, unit, 'busy' AS kind, hour_ms, weight FROM busy
    UNION ALL
    SELECT q, unit, kind, hour_ms, weight FROM idle_parts
    UNION ALL
    SELECT q, unit, kind, hour_ms, weight FROM top_up_parts
) AS held
INNER JOIN units ON units.unit = held.unit
INNER JOIN cells
    ON cells.resource = units.warehouse AND cells.hour_ms = held.hour_ms AND cells.service = 'compute'
WHERE held.weight > 0
GROUP BY cells.cell, held.q, held.kind
