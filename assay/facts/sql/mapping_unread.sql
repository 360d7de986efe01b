-- The statements whose text must tell what they read and wrote: the shape and the session's database and schema, each
-- combination once. In: statements, observed. Out: (parameterized_hash, database, schema).
SELECT DISTINCT s.parameterized_hash, s.database, s.schema
FROM statements AS s
LEFT JOIN observed AS o ON o.query_id = s.query_id
WHERE o.query_id IS NULL AND s.parameterized_hash <> ''
