-- What each statement that succeeded read. What a statement also writes it does not read: a MERGE looks at its own
-- target. In: statements, touched, parsed, writes. Out: (query_id, asset_key, how 'access', 'parsed' or 'unsure'); the surest.
SELECT r.query_id, r.asset_key, MIN(r.how) AS how
FROM (
    SELECT query_id, asset_key, 'access' AS how FROM touched WHERE access = 'read' AND hidden = 0
    UNION ALL
    SELECT query_id, asset_key, CASE WHEN access = 'maybe' THEN 'unsure' ELSE 'parsed' END AS how
    FROM parsed
    WHERE access <> 'write'
) AS r
INNER JOIN statements AS s ON s.query_id = r.query_id
LEFT JOIN writes AS w ON w.query_id = r.query_id AND w.asset_key = r.asset_key
WHERE s.succeeded = 1 AND w.query_id IS NULL
GROUP BY 1, 2
