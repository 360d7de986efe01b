-- The parts of all cells; a cell that nothing claims stays whole, under its own kind.
-- In: cells, compute_parts, cloud_services_parts, acceleration_parts. Out: (cell, q, kind, weight).
WITH claimed AS (
    SELECT cell, q, kind, weight FROM compute_parts
    UNION ALL
    SELECT cell, q, kind, weight FROM cloud_services_parts
    UNION ALL
    SELECT cell, q, kind, weight FROM acceleration_parts
)
SELECT cell, q, kind, weight FROM claimed
UNION ALL
SELECT cell, CAST(NULL AS BIGINT) AS q, kind, CAST(1 AS BIGINT) AS weight
FROM cells WHERE nano <> 0 AND NOT EXISTS (SELECT 1 FROM claimed WHERE claimed.cell = cells.cell)
