-- Executions cut at the hour, the grain of the meter, within [from_ms, until_ms). In: executions, hours(hour_ms).
-- Out: (q, unit, hour_ms, begins_ms, ends_ms, rate). Most lie in one hour and need no join.
SELECT q, unit, begins_ms - begins_ms % 3600000 AS hour_ms, begins_ms, ends_ms, rate
FROM executions
WHERE begins_ms % 3600000 + (ends_ms - begins_ms) <= 3600000 AND begins_ms >= :from_ms AND begins_ms < :until_ms
UNION ALL
SELECT
    q, unit, hour_ms, GREATEST(begins_ms, hour_ms) AS begins_ms, LEAST(ends_ms, hour_ms + 3600000) AS ends_ms, rate
FROM executions INNER JOIN hours ON begins_ms < hour_ms + 3600000 AND ends_ms > hour_ms
WHERE begins_ms % 3600000 + (ends_ms - begins_ms) > 3600000
