-- What each statement was charged of its warehouse's compute for an asset. In: ledger.
-- Out: (query_id, asset_key, warehouse, busy_nano, idle_nano); '' is no asset, null no statement.
SELECT
    query_id, COALESCE(asset_key, '') AS asset_key, resource AS warehouse,
    CAST(SUM(CASE WHEN kind IN ('keeper_idle', 'startup', 'min_60s', 'no_query') THEN 0 ELSE nano_credits END) AS BIGINT)
    AS busy_nano,
    CAST(SUM(CASE WHEN kind IN ('keeper_idle', 'startup', 'min_60s', 'no_query') THEN nano_credits ELSE 0 END) AS BIGINT)
    AS idle_nano
FROM ledger WHERE service = 'compute' GROUP BY 1, 2, 3
