-- The shapes of the wanted hashes. In: shapes, wanted(parameterized_hash). Out: (parameterized_hash, shape).
SELECT s.parameterized_hash, s.shape
FROM shapes AS s
INNER JOIN wanted AS w ON w.parameterized_hash = s.parameterized_hash
WHERE NOT s.shape IS NULL
