-- The reads that count: on a warehouse, not of the client's own making, not of Snowflake's services, and not a CALL's
-- when the statements it sent tell the same. In: statements, reads, family. Out: one row per statement and asset read.
SELECT
    r.query_id, r.asset_key, r.how, s.start_ms, s."user", s.tool, s.tool_use, s.application, s.user_type, s.query_type, s.role
FROM reads AS r
INNER JOIN statements AS s ON s.query_id = r.query_id
LEFT JOIN (SELECT DISTINCT ancestor_id FROM family) AS f ON f.ancestor_id = s.query_id
WHERE s.warehouse <> '' AND s.client = 0 AND s.service = 0 AND f.ancestor_id IS NULL
