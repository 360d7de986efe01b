-- Time billed beyond the time on: the first 60 s of a start (min_60s) or of an upsize (resize), split among the queries that ran
-- in the span that caused it, by the time they ran in it; nobody's where none did.
-- In: top_ups(kind, warehouse, cluster_number, span_on_ms, span_off_ms, from_ms, until_ms, rate), units, hours, executions.
-- Out: (unit, q, kind, hour_ms, weight).
WITH pieces AS (
    SELECT
        units.unit, kind, span_on_ms, span_off_ms, hour_ms,
        (LEAST(until_ms, hour_ms + 3600000) - GREATEST(from_ms, hour_ms)) * rate * 1000000 AS weight
    FROM top_ups
    INNER JOIN units ON units.warehouse = top_ups.warehouse AND units.cluster_number = top_ups.cluster_number
    INNER JOIN hours ON from_ms < hour_ms + 3600000 AND until_ms > hour_ms
),
held_in AS (
    SELECT
        pieces.unit, pieces.kind, pieces.span_on_ms, pieces.hour_ms, pieces.weight, executions.q,
        SUM(LEAST(ends_ms, span_off_ms) - GREATEST(begins_ms, span_on_ms)) AS held_ms
    FROM pieces
    INNER JOIN executions
        ON executions.unit = pieces.unit AND begins_ms < span_off_ms AND ends_ms > span_on_ms
    GROUP BY pieces.unit, pieces.kind, pieces.span_on_ms, pieces.hour_ms, pieces.weight, executions.q
)
SELECT
    unit, q, kind, hour_ms,
    CAST(FLOOR(
        CAST(weight AS DOUBLE) * held_ms / SUM(held_ms) OVER (PARTITION BY unit, kind, span_on_ms, hour_ms)
    ) AS BIGINT) AS weight
FROM held_in
UNION ALL
SELECT unit, CAST(NULL AS BIGINT) AS q, kind, hour_ms, weight
FROM pieces
WHERE NOT EXISTS (
    SELECT 1 FROM held_in
    WHERE held_in.unit = pieces.unit AND held_in.span_on_ms = pieces.span_on_ms AND held_in.kind = pieces.kind
)
