-- Each cell's nano-credits split among its parts in proportion to their weights, so that they add up to it exactly:
-- largest remainder (Hamilton). In: cells(cell, nano), parts(cell, q, kind, weight). Out: (cell, q, kind, nano_credits).
-- Ties go by the number of the query (its start, then its id), never by order; whatever the division's own rounding leaves over is dealt out one by one.
WITH wholes AS (
    SELECT parts.cell, CAST(SUM(weight) AS DOUBLE) AS weight, COUNT(*) AS parts FROM parts GROUP BY parts.cell
),
exactly AS (
    SELECT
        parts.cell, parts.q, parts.kind, cells.nano, wholes.parts,
        CAST(cells.nano AS DOUBLE) * parts.weight / wholes.weight AS exact
    FROM parts
    INNER JOIN wholes ON wholes.cell = parts.cell
    INNER JOIN cells ON cells.cell = parts.cell
),
floored AS (
    SELECT cell, q, kind, nano, parts, CAST(FLOOR(exact) AS BIGINT) AS whole, exact - FLOOR(exact) AS remainder
    FROM exactly
),
left_over AS (
    SELECT
        cell, ((nano - given) % parts + parts) % parts AS extra,
        CAST((nano - given - ((nano - given) % parts + parts) % parts) / parts AS BIGINT) AS each
    FROM (
        SELECT cell, nano, parts, CAST(SUM(whole) AS BIGINT) AS given FROM floored GROUP BY cell, nano, parts
    ) AS sums
),
ranked AS (
    SELECT cell, q, kind, whole, ROW_NUMBER() OVER (PARTITION BY cell ORDER BY remainder DESC, q, kind) AS place
    FROM floored
)
SELECT
    ranked.cell, ranked.q, ranked.kind,
    whole + each + CASE WHEN place <= extra THEN 1 ELSE 0 END AS nano_credits
FROM ranked INNER JOIN left_over ON left_over.cell = ranked.cell
