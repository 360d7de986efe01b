-- Cloud services of a warehouse's hour: what each query used, and what no query did. In: statements, cells.
-- Out: (cell, q, kind, weight).
WITH used AS (
    SELECT cells.cell, cells.nano, statements.q, statements.cloud_services_nano AS weight
    FROM statements
    INNER JOIN cells
        ON cells.service = 'cloud_services' AND cells.resource = COALESCE(statements.warehouse, 'CLOUD_SERVICES_ONLY')
        AND cells.hour_ms = statements.start_ms - statements.start_ms % 3600000
    WHERE statements.cloud_services_nano > 0
)
SELECT cell, q, 'cloud_services' AS kind, weight FROM used
UNION ALL
SELECT
    cells.cell, CAST(NULL AS BIGINT) AS q, 'cloud_services' AS kind,
    cells.nano - COALESCE(spent.weight, 0) AS weight
FROM cells
LEFT JOIN (SELECT cell, CAST(SUM(weight) AS BIGINT) AS weight FROM used GROUP BY cell) AS spent ON spent.cell = cells.cell
WHERE cells.service = 'cloud_services' AND cells.nano > COALESCE(spent.weight, 0)
