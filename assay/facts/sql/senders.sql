-- What was spent through each application and role. In: ledger, queries, sessions. Out: the columns below; '' is not known, or
-- the bill's part that is of no query. The application is the driver where the program does not say its name.
SELECT
    COALESCE(s.application, s.client, '') AS application, COALESCE(q.role, '') AS role,
    CAST(SUM(l.nano_credits) AS BIGINT) AS nano_credits,
    CAST(COUNT(DISTINCT CASE WHEN l.kind = 'busy' THEN l.query_id END) AS BIGINT) AS queries
FROM ledger AS l
LEFT JOIN queries AS q ON q.query_id = l.query_id
LEFT JOIN sessions AS s ON s.session_id = q.session_id
GROUP BY 1, 2
