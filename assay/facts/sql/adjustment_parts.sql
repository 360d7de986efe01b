-- The day's cloud services adjustment falls on those who used cloud services, in proportion; on nobody where none did.
-- In: charges (of the hours), cells. Out: as claimed_parts, with the hour and the resource of what they adjust.
SELECT
    cells.cell, charges.resource, charges.hour_ms, charges.kind, charges.query_id, charges."user", charges.tag,
    charges.asset_key, charges.rung, charges.nano_credits AS weight
FROM charges
INNER JOIN cells ON cells.hour_ms = charges.hour_ms - charges.hour_ms % 86400000
WHERE cells.service = 'cloud_services_adjustment' AND charges.service = 'cloud_services' AND charges.nano_credits > 0
UNION ALL
SELECT
    cells.cell, cells.resource, cells.hour_ms, cells.kind, CAST(NULL AS TEXT) AS query_id, CAST(NULL AS TEXT) AS "user",
    CAST(NULL AS TEXT) AS tag, CAST(NULL AS TEXT) AS asset_key, 'none' AS rung, 1 AS weight
FROM cells
WHERE cells.service = 'cloud_services_adjustment' AND NOT EXISTS (
    SELECT 1 FROM charges
    WHERE charges.service = 'cloud_services' AND charges.nano_credits > 0
    AND charges.hour_ms - charges.hour_ms % 86400000 = cells.hour_ms
)
