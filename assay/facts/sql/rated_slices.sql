-- Slices of warehouses that changed size, cut where they did, each piece at its own rate; the others as they are.
-- In: slices, periods (cut at the hour). Out: as slices.
WITH resized AS (
    SELECT unit FROM periods GROUP BY unit HAVING COUNT(DISTINCT rate) > 1
),
cut AS (
    SELECT
        slices.q, slices.unit, slices.hour_ms, periods.rate,
        GREATEST(slices.begins_ms, periods.on_ms) AS begins_ms, LEAST(slices.ends_ms, periods.off_ms) AS ends_ms
    FROM slices
    INNER JOIN resized ON resized.unit = slices.unit
    INNER JOIN periods
        ON periods.unit = slices.unit AND periods.hour_ms = slices.hour_ms
        AND periods.on_ms < slices.ends_ms AND periods.off_ms > slices.begins_ms
    WHERE NOT periods.rate IS NULL
)
SELECT q, unit, hour_ms, begins_ms, ends_ms, rate FROM cut
UNION ALL
SELECT q, unit, hour_ms, begins_ms, ends_ms, rate
FROM slices
WHERE NOT EXISTS (SELECT 1 FROM cut WHERE cut.q = slices.q AND cut.unit = slices.unit AND cut.hour_ms = slices.hour_ms)
