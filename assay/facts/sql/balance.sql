-- What was attributed of each cell. In: told. Out: (resource, hour_ms, service, nano_credits).
SELECT resource, hour_ms, service, CAST(SUM(nano_credits) AS BIGINT) AS nano_credits
FROM told WHERE service <> 'storage' GROUP BY resource, hour_ms, service
