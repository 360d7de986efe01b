-- What each statement that succeeded wrote. In: statements, touched, parsed.
-- Out: (query_id, asset_key, how 'access' or 'parsed', helper), each once.
SELECT w.query_id, w.asset_key, w.how, MIN(w.helper) AS helper
FROM (
    SELECT query_id, asset_key, 'access' AS how, helper FROM touched WHERE access = 'write' AND hidden = 0
    UNION ALL
    SELECT query_id, asset_key, 'parsed' AS how, helper FROM parsed WHERE access = 'write'
) AS w
INNER JOIN statements AS s ON s.query_id = w.query_id
WHERE s.succeeded = 1
GROUP BY 1, 2, 3
