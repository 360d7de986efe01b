-- A day's charges by each dimension pages ask for. In: told (ledger columns with bytes). Out: (day_ms, dimension, value, service,
-- kind, nano_credits, bytes, queries). Every dimension adds up to the same bill; '' is nobody's.
-- To count distinct queries is dear, and few have more than one line of a service and kind: only these are told apart.
WITH repeated AS (
    SELECT query_id, service, kind FROM told
    WHERE NOT query_id IS NULL GROUP BY query_id, service, kind HAVING COUNT(*) > 1
),
lines AS (
    SELECT
        told.hour_ms - told.hour_ms % 86400000 AS day_ms, told.resource, told."user", told.tag, told.asset_key,
        told.service, told.kind, told.nano_credits, told.bytes,
        CASE WHEN repeated.query_id IS NULL AND NOT told.query_id IS NULL THEN 1 END AS once,
        repeated.query_id AS again
    FROM told
    LEFT JOIN repeated
        ON repeated.query_id = told.query_id AND repeated.service = told.service AND repeated.kind = told.kind
)
SELECT
    day_ms, 'asset' AS dimension, COALESCE(asset_key, '') AS value, service, kind,
    CAST(SUM(nano_credits) AS BIGINT) AS nano_credits, CAST(SUM(bytes) AS BIGINT) AS bytes,
    COUNT(once) + COUNT(DISTINCT again) AS queries
FROM lines GROUP BY 1, 2, 3, 4, 5
UNION ALL
SELECT
    day_ms, 'warehouse',
    CASE WHEN service IN ('compute', 'cloud_services', 'query_acceleration') THEN resource ELSE '' END, service, kind,
    CAST(SUM(nano_credits) AS BIGINT), CAST(SUM(bytes) AS BIGINT), COUNT(once) + COUNT(DISTINCT again)
FROM lines GROUP BY 1, 2, 3, 4, 5
UNION ALL
SELECT
    day_ms, 'user', COALESCE("user", ''), service, kind,
    CAST(SUM(nano_credits) AS BIGINT), CAST(SUM(bytes) AS BIGINT), COUNT(once) + COUNT(DISTINCT again)
FROM lines GROUP BY 1, 2, 3, 4, 5
UNION ALL
SELECT
    day_ms, 'tag', COALESCE(tag, ''), service, kind,
    CAST(SUM(nano_credits) AS BIGINT), CAST(SUM(bytes) AS BIGINT), COUNT(once) + COUNT(DISTINCT again)
FROM lines GROUP BY 1, 2, 3, 4, 5
