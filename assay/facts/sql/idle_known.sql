-- Idle time where the warehouse's own events say when it was on. In: gaps, hours, periods (cut at the hour).
-- Out: (unit, q, kind, hour_ms, weight), weight in busy shares × rate.
-- After a query of the session the keeper kept it on, for at most :keeper_limit_ms; before the first one the warehouse
-- was starting for it, if it came up within :startup_grace_ms of being asked; all else no query explains.
WITH pieces AS (
    SELECT
        unit, quiet_ms, next_ms, keeper, next_q, next_arrives_ms, rate, hour_ms,
        GREATEST(quiet_ms, hour_ms) AS begins_ms, LEAST(next_ms, hour_ms + 3600000) AS ends_ms
    FROM gaps INNER JOIN hours ON quiet_ms < hour_ms + 3600000 AND next_ms > hour_ms
),
quiet AS (
    SELECT
        pieces.unit, pieces.hour_ms, pieces.keeper, pieces.next_q, COALESCE(periods.rate, pieces.rate) AS rate,
        GREATEST(pieces.begins_ms, periods.on_ms) AS begins_ms, LEAST(pieces.ends_ms, periods.off_ms) AS ends_ms,
        CASE
            WHEN NOT pieces.keeper IS NULL AND pieces.quiet_ms > periods.session_on_ms
                THEN pieces.quiet_ms + :keeper_limit_ms
        END AS kept_until_ms,
        CASE
            WHEN periods.session_on_ms >= pieces.quiet_ms
                AND NOT pieces.next_q IS NULL AND pieces.next_ms < periods.session_off_ms
                THEN CASE
                    WHEN pieces.next_arrives_ms - periods.session_on_ms <= :startup_grace_ms THEN periods.session_on_ms
                    ELSE pieces.next_arrives_ms
                END
        END AS starting_ms
    FROM pieces
    INNER JOIN periods
        ON periods.unit = pieces.unit AND periods.hour_ms = pieces.hour_ms
        AND periods.on_ms < pieces.ends_ms AND periods.off_ms > pieces.begins_ms
),
cut AS (
    SELECT
        unit, hour_ms, keeper, next_q, rate, begins_ms, ends_ms,
        CASE
            WHEN kept_until_ms IS NULL OR kept_until_ms < begins_ms THEN begins_ms
            WHEN kept_until_ms > ends_ms THEN ends_ms
            ELSE kept_until_ms
        END AS kept_ms,
        CASE
            WHEN starting_ms IS NULL OR starting_ms > ends_ms THEN ends_ms
            WHEN starting_ms < begins_ms THEN begins_ms
            ELSE starting_ms
        END AS starting_ms
    FROM quiet
),
named AS (
    SELECT unit, keeper AS q, 'keeper_idle' AS kind, hour_ms, (kept_ms - begins_ms) * rate AS held FROM cut
    UNION ALL
    SELECT unit, CAST(NULL AS BIGINT) AS q, 'no_query' AS kind, hour_ms, (starting_ms - kept_ms) * rate AS held FROM cut
    UNION ALL
    SELECT unit, next_q AS q, 'startup' AS kind, hour_ms, (ends_ms - starting_ms) * rate AS held FROM cut
)
SELECT unit, q, kind, hour_ms, CAST(SUM(held) AS BIGINT) * 1000000 AS weight
FROM named WHERE held > 0 GROUP BY unit, q, kind, hour_ms
