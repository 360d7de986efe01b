-- Idle time where no event says when the warehouse was on: what the meter shows beyond the busy time, laid into the gaps.
-- In: gaps, hours, busy(unit, hour_ms, weight), metered(warehouse, hour_ms, nano), units, known(warehouse, from_ms).
-- Out: (unit, q, kind, hour_ms, weight).
-- A warehouse suspends T after its last query; T is the unknown of each warehouse and hour. A gap's piece that begins o after
-- the keeper's end and lasts g is on for min(max(T − o, 0), g), so the idle total is piecewise linear in T: walk its corners
-- in order and stop where it meets the meter. Gaps longer than :keeper_limit_ms stop being the keeper's doing there: what the
-- meter shows even beyond all a keeper can be held for is nobody's (no_query), as far as the clusters in use had time for it.
WITH pieces AS (
    SELECT
        units.warehouse, gaps.unit, gaps.keeper, hours.hour_ms, gaps.rate,
        GREATEST(gaps.quiet_ms, hours.hour_ms) - gaps.quiet_ms AS offset_ms,
        LEAST(gaps.next_ms, hours.hour_ms + 3600000, gaps.quiet_ms + :keeper_limit_ms) - gaps.quiet_ms AS until_ms
    FROM gaps
    INNER JOIN units ON units.unit = gaps.unit
    INNER JOIN hours
        ON gaps.quiet_ms < hours.hour_ms + 3600000
        AND LEAST(gaps.next_ms, gaps.quiet_ms + :keeper_limit_ms) > hours.hour_ms
    WHERE NOT gaps.keeper IS NULL AND NOT EXISTS (
        SELECT 1 FROM known WHERE known.warehouse = units.warehouse AND known.from_ms < hours.hour_ms + 3600000
    )
),
wanted AS (
    SELECT
        metered.warehouse, metered.hour_ms,
        CAST(metered.nano AS DOUBLE) * 9 / 2500 - CAST(COALESCE(SUM(busy.weight), 0) AS DOUBLE) / 1000000 AS idle_ms
    FROM metered
    INNER JOIN units ON units.warehouse = metered.warehouse
    LEFT JOIN busy ON busy.unit = units.unit AND busy.hour_ms = metered.hour_ms
    GROUP BY metered.warehouse, metered.hour_ms, metered.nano
),
corners AS (
    SELECT warehouse, hour_ms, t, CAST(SUM(turn) AS BIGINT) AS turn
    FROM (
        SELECT warehouse, hour_ms, offset_ms AS t, rate AS turn FROM pieces WHERE until_ms > offset_ms
        UNION ALL
        SELECT warehouse, hour_ms, until_ms AS t, -rate AS turn FROM pieces WHERE until_ms > offset_ms
    ) AS bends
    GROUP BY warehouse, hour_ms, t
),
sloped AS (
    SELECT
        warehouse, hour_ms, t,
        SUM(turn) OVER (PARTITION BY warehouse, hour_ms ORDER BY t ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS slope,
        LEAD(t) OVER (PARTITION BY warehouse, hour_ms ORDER BY t) AS next_t
    FROM corners
),
walked AS (
    SELECT
        warehouse, hour_ms, t, next_t, slope,
        COALESCE(SUM(slope * (next_t - t)) OVER (
            PARTITION BY warehouse, hour_ms ORDER BY t ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ), 0) AS filled
    FROM sloped
),
suspended AS (
    SELECT
        walked.warehouse, walked.hour_ms,
        MAX(CASE
            WHEN slope > 0 AND filled < idle_ms
                THEN LEAST(next_t, t + CAST(FLOOR((idle_ms - filled) / slope + 0.5) AS BIGINT))
            ELSE 0
        END) AS after_ms
    FROM walked
    INNER JOIN wanted ON wanted.warehouse = walked.warehouse AND wanted.hour_ms = walked.hour_ms
    GROUP BY walked.warehouse, walked.hour_ms
),
kept AS (
    SELECT warehouse, hour_ms, CAST(SUM((until_ms - offset_ms) * rate) AS DOUBLE) AS held_ms
    FROM pieces WHERE until_ms > offset_ms GROUP BY warehouse, hour_ms
),
in_use AS (
    SELECT unit, hour_ms FROM pieces WHERE until_ms > offset_ms
    UNION
    SELECT unit, hour_ms FROM busy
),
nobodys AS (
    SELECT unit, quiet_ms + CASE WHEN keeper IS NULL THEN 0 ELSE :keeper_limit_ms END AS since_ms, next_ms
    FROM gaps
    WHERE next_ms > quiet_ms + CASE WHEN keeper IS NULL THEN 0 ELSE :keeper_limit_ms END
),
free AS (
    SELECT
        units.warehouse, in_use.hour_ms, MIN(in_use.unit) AS unit,
        CAST(SUM(
            LEAST(nobodys.next_ms, in_use.hour_ms + 3600000) - GREATEST(in_use.hour_ms, nobodys.since_ms)
        ) AS DOUBLE) AS free_ms
    FROM in_use
    INNER JOIN units ON units.unit = in_use.unit
    INNER JOIN nobodys
        ON nobodys.unit = in_use.unit AND nobodys.next_ms > in_use.hour_ms AND nobodys.since_ms < in_use.hour_ms + 3600000
    WHERE NOT EXISTS (
        SELECT 1 FROM known WHERE known.warehouse = units.warehouse AND known.from_ms < in_use.hour_ms + 3600000
    )
    GROUP BY units.warehouse, in_use.hour_ms
),
unexplained AS (
    SELECT
        free.unit, free.hour_ms,
        LEAST(
            CAST(metered.nano AS DOUBLE) * 9 / 2500 * free.free_ms / 3600000,
            wanted.idle_ms - COALESCE(kept.held_ms, 0)
        ) AS on_ms
    FROM free
    INNER JOIN metered ON metered.warehouse = free.warehouse AND metered.hour_ms = free.hour_ms
    INNER JOIN wanted ON wanted.warehouse = free.warehouse AND wanted.hour_ms = free.hour_ms
    LEFT JOIN kept ON kept.warehouse = free.warehouse AND kept.hour_ms = free.hour_ms
)
SELECT unit, CAST(NULL AS BIGINT) AS q, 'no_query' AS kind, hour_ms, CAST(FLOOR(on_ms) AS BIGINT) * 1000000 AS weight
FROM unexplained WHERE on_ms >= 1
UNION ALL
SELECT
    pieces.unit, pieces.keeper AS q, 'keeper_idle' AS kind, pieces.hour_ms,
    CAST(SUM((LEAST(after_ms, until_ms) - offset_ms) * rate) AS BIGINT) * 1000000 AS weight
FROM pieces
INNER JOIN suspended ON suspended.warehouse = pieces.warehouse AND suspended.hour_ms = pieces.hour_ms
WHERE after_ms > offset_ms AND until_ms > offset_ms
GROUP BY pieces.unit, pieces.keeper, pieces.hour_ms
