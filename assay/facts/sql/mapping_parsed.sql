-- What each unobserved statement read, wrote or may have read, told from its text. In: statements, observed,
-- meanings(parameterized_hash, database, schema, access, asset_key, target_key, helper).
-- Out: (query_id, asset_key, access 'read', 'write' or 'maybe', helper).
SELECT s.query_id, m.asset_key, m.access, m.helper
FROM statements AS s
INNER JOIN meanings AS m
    ON m.parameterized_hash = s.parameterized_hash AND m.database = s.database AND m.schema = s.schema
LEFT JOIN observed AS o ON o.query_id = s.query_id
WHERE o.query_id IS NULL AND m.access <> 'move'
