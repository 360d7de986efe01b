-- The reads that count: on a warehouse, not of the client's own making, not of Snowflake's services, and not a CALL's
-- when the statements it sent tell the same. `leaves` tells that the data may leave the warehouse: 'unload' of what is
-- written to a stage, 'read' where a statement writes nothing that is known. In: statements, reads, writes, family.
-- Out: one row per statement and asset read.
SELECT
    r.query_id, r.asset_key, r.how, s.start_ms, s."user", s.tool, s.tool_use, s.application, s.user_type, s.query_type, s.role,
    CASE
        WHEN NOT w.query_id IS NULL OR r.how = 'unsure' THEN ''
        WHEN s.query_type IN ('UNLOAD', 'COPY') THEN 'unload'
        ELSE 'read'
    END AS leaves
FROM reads AS r
INNER JOIN statements AS s ON s.query_id = r.query_id
LEFT JOIN (SELECT DISTINCT ancestor_id FROM family) AS f ON f.ancestor_id = s.query_id
LEFT JOIN (SELECT DISTINCT query_id FROM writes) AS w ON w.query_id = s.query_id
WHERE s.warehouse <> '' AND s.client = 0 AND s.service = 0 AND f.ancestor_id IS NULL
