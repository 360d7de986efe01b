-- Who called whom: stored procedures and their statements. In: query_attribution, access. Out: (query_id, parent_query_id).
SELECT query_id, parent_query_id FROM query_attribution WHERE NOT parent_query_id IS NULL AND parent_query_id <> query_id
UNION
SELECT query_id, parent_query_id FROM access WHERE NOT parent_query_id IS NULL AND parent_query_id <> query_id
