-- When each meter was on, cut at the hour. In: sessions(warehouse, cluster_number, session_on_ms, session_off_ms, on_ms, off_ms,
-- rate), units, hours. Out: (unit, hour_ms, session_on_ms, session_off_ms, on_ms, off_ms, rate).
SELECT
    unit, hour_ms, session_on_ms, session_off_ms,
    GREATEST(on_ms, hour_ms) AS on_ms, LEAST(off_ms, hour_ms + 3600000) AS off_ms, rate
FROM sessions
INNER JOIN units ON units.warehouse = sessions.warehouse AND units.cluster_number = sessions.cluster_number
INNER JOIN hours ON on_ms < hour_ms + 3600000 AND off_ms > hour_ms
