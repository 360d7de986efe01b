-- Query acceleration of a warehouse's hour: by the warehouse's own figure per query, else by the bytes it scanned for them.
-- A query over several hours has in each the part of its time that lies there.
-- In: statements, attributed(q, acceleration_nano), cells. Out: (cell, q, kind, weight).
WITH candidates AS (
    SELECT
        cells.cell, statements.q, COALESCE(attributed.acceleration_nano, 0) AS nano, statements.acceleration_bytes,
        CAST(
            LEAST(statements.end_ms, cells.hour_ms + 3600000) - GREATEST(statements.start_ms, cells.hour_ms) AS DOUBLE
        ) / GREATEST(statements.end_ms - statements.start_ms, 1) AS inside,
        MAX(COALESCE(attributed.acceleration_nano, 0)) OVER (PARTITION BY cells.cell) AS known
    FROM statements
    LEFT JOIN attributed ON attributed.q = statements.q
    INNER JOIN cells
        ON cells.service = 'query_acceleration' AND cells.resource = statements.warehouse
        AND cells.hour_ms < statements.end_ms AND cells.hour_ms + 3600000 > statements.start_ms
    WHERE COALESCE(attributed.acceleration_nano, 0) > 0 OR statements.acceleration_bytes > 0
)
SELECT
    cell, q, 'query_acceleration' AS kind,
    GREATEST(1, CAST(FLOOR(inside * CASE WHEN known > 0 THEN nano ELSE acceleration_bytes END) AS BIGINT)) AS weight
FROM candidates
WHERE CASE WHEN known > 0 THEN nano ELSE acceleration_bytes END > 0
