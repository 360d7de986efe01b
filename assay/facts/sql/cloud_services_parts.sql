-- Cloud services of a warehouse's hour: what each query used, and what no query did. In: statements, cells.
-- Out: (cell, q, kind, weight). Cells the day's free tenth has taken back whole are left alone: `used` is what was metered,
-- `nano` what of it is billed.
WITH spent AS (
    SELECT cells.cell, cells.used, statements.q, statements.cloud_services_nano AS weight
    FROM statements
    INNER JOIN cells
        ON cells.service = 'cloud_services' AND cells.resource = COALESCE(statements.warehouse, 'CLOUD_SERVICES_ONLY')
        AND cells.hour_ms = statements.start_ms - statements.start_ms % 3600000
    WHERE statements.cloud_services_nano > 0 AND cells.nano <> 0
)
SELECT cell, q, 'cloud_services' AS kind, weight FROM spent
UNION ALL
SELECT
    cells.cell, CAST(NULL AS BIGINT) AS q, 'cloud_services' AS kind, cells.used - COALESCE(by_queries.weight, 0) AS weight
FROM cells
LEFT JOIN (
    SELECT cell, CAST(SUM(weight) AS BIGINT) AS weight FROM spent GROUP BY cell
) AS by_queries ON by_queries.cell = cells.cell
WHERE cells.service = 'cloud_services' AND cells.nano <> 0 AND cells.used > COALESCE(by_queries.weight, 0)
