-- What a month's bill is made of. In: charges, corrected. Out: (side, resource, service, period_ms, kind, asset_key,
-- nano_credits, bytes); side 0 is the month's own usage as it was known when the month closed; of each corrected cell of an
-- earlier month, 1 is what stood before and 2 what stands since. What is first told after its month closed is still its own.
WITH told AS (
    SELECT
        resource, service, kind, asset_key, nano_credits, bytes, hour_ms,
        CASE WHEN service = 'storage' THEN hour_ms - hour_ms % 86400000 ELSE hour_ms - hour_ms % :grain_ms END
            AS period_ms,
        CASE WHEN reason = 'first' OR known_at_ms < :from_ms + :closes_ms THEN 1 ELSE 0 END AS is_old
    FROM charges
    WHERE hour_ms < :until_ms AND (reason = 'first' OR known_at_ms < :until_ms + :closes_ms)
),
sides AS (
    SELECT 0 AS side, resource, service, period_ms, kind, asset_key, nano_credits, bytes
    FROM told WHERE hour_ms >= :from_ms
    UNION ALL
    SELECT 1, told.resource, told.service, told.period_ms, kind, asset_key, nano_credits, bytes
    FROM told
    INNER JOIN corrected
        ON corrected.resource = told.resource AND corrected.service = told.service
        AND corrected.period_ms = told.period_ms
    WHERE is_old = 1
    UNION ALL
    SELECT 2, told.resource, told.service, told.period_ms, kind, asset_key, nano_credits, bytes
    FROM told
    INNER JOIN corrected
        ON corrected.resource = told.resource AND corrected.service = told.service
        AND corrected.period_ms = told.period_ms
)
SELECT
    side, resource, service, period_ms, kind, asset_key,
    CAST(SUM(nano_credits) AS BIGINT) AS nano_credits, CAST(SUM(bytes) AS BIGINT) AS bytes
FROM sides
GROUP BY side, resource, service, period_ms, kind, asset_key
HAVING SUM(nano_credits) <> 0 OR SUM(bytes) <> 0
ORDER BY side, period_ms, resource, service, kind, asset_key
