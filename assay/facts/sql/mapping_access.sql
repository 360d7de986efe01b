-- What each statement read and wrote, as observed: base and direct reads are one. In: access, objects(object_name,
-- asset_key, hidden, helper). Out: (query_id, asset_key, access 'read' or 'write', hidden, helper), each once.
SELECT
    a.query_id, o.asset_key, CASE WHEN a.access = 'write' THEN 'write' ELSE 'read' END AS access,
    o.hidden AS hidden, MIN(o.helper) AS helper
FROM access AS a
INNER JOIN objects AS o ON o.object_name = COALESCE(a.object_name, '')
WHERE a.access IN ('write', 'direct_read', 'base_read')
GROUP BY 1, 2, 3, 4
