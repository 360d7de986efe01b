-- Which statement a statement was sent by (a stored procedure's CALL): its parent and its root, as either source tells.
-- In: access, weighed (query attribution). Out: (query_id, ancestor_id), each once, never itself.
SELECT DISTINCT query_id, ancestor_id
FROM (
    SELECT query_id, parent_query_id AS ancestor_id FROM access
    UNION ALL
    SELECT query_id, root_query_id AS ancestor_id FROM access
    UNION ALL
    SELECT query_id, parent_query_id AS ancestor_id FROM weighed
    UNION ALL
    SELECT query_id, root_query_id AS ancestor_id FROM weighed
) AS told
WHERE ancestor_id <> '' AND ancestor_id <> query_id
