-- Each cell's nano-credits split among its parts in proportion to their weights, so that they add up to it exactly:
-- largest remainder (Hamilton). In: cells(cell, service, nano), claimed (see claimed_parts). Out: the charges.
-- Ties go by name, never by order; whatever the division's own rounding leaves over is dealt out one by one.
WITH weighed AS (
    SELECT
        claimed.*, cells.service, cells.nano,
        CAST(cells.nano AS DOUBLE) * claimed.weight / SUM(claimed.weight) OVER (PARTITION BY claimed.cell) AS exact
    FROM claimed INNER JOIN cells ON cells.cell = claimed.cell
    WHERE claimed.weight > 0
),
floored AS (
    SELECT weighed.*, CAST(FLOOR(exact) AS BIGINT) AS whole, exact - FLOOR(exact) AS remainder FROM weighed
),
ranked AS (
    SELECT
        floored.*,
        ROW_NUMBER() OVER (
            PARTITION BY cell ORDER BY remainder DESC, kind, resource, hour_ms, query_id, asset_key, rung
        ) AS place,
        COUNT(*) OVER (PARTITION BY cell) AS parts,
        CAST(nano - SUM(whole) OVER (PARTITION BY cell) AS BIGINT) AS left_over
    FROM floored
),
dealt AS (
    SELECT ranked.*, ((left_over % parts) + parts) % parts AS extra FROM ranked
)
SELECT
    resource, hour_ms, service, kind, query_id, "user", tag, asset_key, rung,
    whole + CAST((left_over - extra) / parts AS BIGINT) + CASE WHEN place <= extra THEN 1 ELSE 0 END AS nano_credits
FROM dealt
