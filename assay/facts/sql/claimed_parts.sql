-- Parts met with the assets their query worked for; a query of several assets is split by its claims' weights.
-- In: parts(cell, q, kind, weight), statements, claims(q, asset_key, rung, weight, whole), cells.
-- Out: (cell, resource, hour_ms, kind, query_id, user, tag, asset_key, rung, weight).
-- A cell that nothing claims stays whole, under its own kind and, where the meter names an object, that object's key.
SELECT
    cells.cell, cells.resource, cells.hour_ms, parts.kind, statements.query_id, statements."user", statements.tag,
    claims.asset_key, COALESCE(claims.rung, 'none') AS rung,
    CASE
        WHEN claims.whole IS NULL OR claims.whole = claims.weight THEN parts.weight
        ELSE GREATEST(1, CAST(FLOOR(CAST(parts.weight AS DOUBLE) * claims.weight / claims.whole) AS BIGINT))
    END AS weight
FROM parts
INNER JOIN cells ON cells.cell = parts.cell
LEFT JOIN statements ON statements.q = parts.q
LEFT JOIN claims ON claims.q = parts.q
UNION ALL
SELECT
    cells.cell, cells.resource, cells.hour_ms, cells.kind, CAST(NULL AS TEXT) AS query_id, CAST(NULL AS TEXT) AS "user",
    CAST(NULL AS TEXT) AS tag, cells.asset_key,
    CASE WHEN cells.asset_key IS NULL THEN 'none' ELSE 'object' END AS rung, 1 AS weight
FROM cells
WHERE cells.service <> 'cloud_services_adjustment' AND NOT EXISTS (SELECT 1 FROM parts WHERE parts.cell = cells.cell)
