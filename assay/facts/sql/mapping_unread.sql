-- The statements whose text must tell what they read and wrote: the shape and the session's database and schema, each
-- combination once. Of those that define a relation it tells more than what was observed: the name it had before, or
-- whose clone it is. In: statements, observed. Out: (parameterized_hash, database, schema).
SELECT DISTINCT s.parameterized_hash, s.database, s.schema
FROM statements AS s
LEFT JOIN observed AS o ON o.query_id = s.query_id
WHERE
    s.parameterized_hash <> '' AND (
        o.query_id IS NULL OR s.query_type LIKE 'ALTER%' OR s.query_type LIKE '%RENAME%' OR s.query_type LIKE '%SWAP%'
        OR s.query_type LIKE '%CLONE%' OR s.query_type IN ('CREATE', 'CREATE_TABLE', 'CREATE_VIEW')
    )
