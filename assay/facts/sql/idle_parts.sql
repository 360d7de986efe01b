-- Idle time of every warehouse, known and inferred. In: idle_known, idle_inferred. Out: (unit, q, kind, hour_ms, weight).
SELECT unit, q, kind, hour_ms, weight FROM idle_known
UNION ALL
SELECT unit, q, kind, hour_ms, weight FROM idle_inferred
