-- What the ledger must be told so that its sums become the fresh charges. In: told (fresh), ledger (what stands).
-- Out: the ledger's columns. Rows that only repeat what stands cancel out.
SELECT
    resource, hour_ms, service, kind, query_id, "user", tag, asset_key, rung,
    CAST(SUM(nano_credits) AS BIGINT) AS nano_credits, CAST(SUM(bytes) AS BIGINT) AS bytes
FROM (
    SELECT resource, hour_ms, service, kind, query_id, "user", tag, asset_key, rung, nano_credits, bytes FROM told
    UNION ALL
    SELECT
        resource, hour_ms, service, kind, query_id, "user", tag, asset_key, rung,
        -nano_credits AS nano_credits, -bytes AS bytes
    FROM ledger
) AS both_sides
GROUP BY resource, hour_ms, service, kind, query_id, "user", tag, asset_key, rung
HAVING SUM(nano_credits) <> 0 OR SUM(bytes) <> 0
