-- A day's charges by each dimension pages ask for. In: told (ledger columns with bytes). Out: (day_ms, dimension, value, service,
-- kind, nano_credits, bytes, queries). Every dimension adds up to the same bill; '' is nobody's.
SELECT
    hour_ms - hour_ms % 86400000 AS day_ms, 'asset' AS dimension, COALESCE(asset_key, '') AS value, service, kind,
    CAST(SUM(nano_credits) AS BIGINT) AS nano_credits, CAST(SUM(bytes) AS BIGINT) AS bytes,
    COUNT(DISTINCT query_id) AS queries
FROM told GROUP BY 1, 2, 3, 4, 5
UNION ALL
SELECT
    hour_ms - hour_ms % 86400000, 'warehouse',
    CASE WHEN service IN ('compute', 'cloud_services', 'query_acceleration') THEN resource ELSE '' END, service, kind,
    CAST(SUM(nano_credits) AS BIGINT), CAST(SUM(bytes) AS BIGINT), COUNT(DISTINCT query_id)
FROM told GROUP BY 1, 2, 3, 4, 5
UNION ALL
SELECT
    hour_ms - hour_ms % 86400000, 'user', COALESCE("user", ''), service, kind,
    CAST(SUM(nano_credits) AS BIGINT), CAST(SUM(bytes) AS BIGINT), COUNT(DISTINCT query_id)
FROM told GROUP BY 1, 2, 3, 4, 5
UNION ALL
SELECT
    hour_ms - hour_ms % 86400000, 'tag', COALESCE(tag, ''), service, kind,
    CAST(SUM(nano_credits) AS BIGINT), CAST(SUM(bytes) AS BIGINT), COUNT(DISTINCT query_id)
FROM told GROUP BY 1, 2, 3, 4, 5
