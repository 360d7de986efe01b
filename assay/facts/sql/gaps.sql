-- The stretches in which nothing runs on a cluster, who ended last before them (the keeper: it keeps the warehouse on) and
-- who comes next. In: executions, units. Out: (unit, quiet_ms, next_ms, keeper, next_q, next_arrives_ms, rate);
-- before the first query keeper is null and quiet_ms is :from_ms, after the last next_q is null and next_ms is :until_ms.
WITH ordered AS (
    SELECT
        unit, begins_ms,
        MAX(ends_ms) OVER (
            PARTITION BY unit ORDER BY begins_ms, ends_ms ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS quiet_ms
    FROM executions
),
bounds AS (
    SELECT unit, COALESCE(quiet_ms, :from_ms) AS quiet_ms, begins_ms AS next_ms
    FROM ordered WHERE quiet_ms IS NULL OR begins_ms > quiet_ms GROUP BY unit, quiet_ms, begins_ms
    UNION ALL
    SELECT unit, MAX(ends_ms) AS quiet_ms, :until_ms AS next_ms FROM executions GROUP BY unit
    UNION ALL
    SELECT unit, :from_ms AS quiet_ms, :until_ms AS next_ms
    FROM units WHERE NOT EXISTS (SELECT 1 FROM executions WHERE executions.unit = units.unit)
),
enders AS (
    SELECT
        bounds.unit, bounds.quiet_ms, executions.q, executions.rate,
        ROW_NUMBER() OVER (PARTITION BY bounds.unit, bounds.quiet_ms ORDER BY executions.q) AS place
    FROM bounds INNER JOIN executions ON executions.unit = bounds.unit AND executions.ends_ms = bounds.quiet_ms
),
comers AS (
    SELECT
        bounds.unit, bounds.next_ms, executions.q, executions.rate, executions.arrives_ms,
        ROW_NUMBER() OVER (
            PARTITION BY bounds.unit, bounds.next_ms ORDER BY executions.arrives_ms, executions.q
        ) AS place
    FROM bounds INNER JOIN executions ON executions.unit = bounds.unit AND executions.begins_ms = bounds.next_ms
)
SELECT
    bounds.unit, bounds.quiet_ms, bounds.next_ms, enders.q AS keeper, comers.q AS next_q,
    comers.arrives_ms AS next_arrives_ms, COALESCE(enders.rate, comers.rate, 1) AS rate
FROM bounds
LEFT JOIN enders ON enders.unit = bounds.unit AND enders.quiet_ms = bounds.quiet_ms AND enders.place = 1
LEFT JOIN comers ON comers.unit = bounds.unit AND comers.next_ms = bounds.next_ms AND comers.place = 1
WHERE bounds.next_ms > bounds.quiet_ms
