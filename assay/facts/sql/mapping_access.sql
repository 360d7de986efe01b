-- What each statement read and wrote, as observed: base and direct reads are one. In: relations, objects(object_name,
-- asset_key, hidden, helper). Out: (query_id, asset_key, access 'read' or 'write', hidden, helper), each once.
SELECT
    r.query_id, o.asset_key, CASE WHEN r.access = 'write' THEN 'write' ELSE 'read' END AS access,
    o.hidden, MIN(o.helper) AS helper
FROM relations AS r
INNER JOIN objects AS o ON o.object_name = r.object_name
WHERE r.access IN ('write', 'direct_read', 'base_read')
GROUP BY 1, 2, 3, 4
