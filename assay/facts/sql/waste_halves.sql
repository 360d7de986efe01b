-- The two halves of each warehouse's compute. In: lines. Out: (warehouse, busy_nano, idle_nano).
SELECT warehouse, CAST(SUM(busy_nano) AS BIGINT) AS busy_nano, CAST(SUM(idle_nano) AS BIGINT) AS idle_nano
FROM lines GROUP BY warehouse
