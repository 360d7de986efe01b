-- The statements that began in the day, with what tells whose they are; texts that are missing are ''.
-- In: queries, sessions. The application is the driver where the program does not say its name. Out: one row per statement; succeeded, client and service are 0 or 1.
SELECT
    q.query_id, q.start_ms, q.end_ms, COALESCE(q.execution_ms, q.end_ms - q.start_ms) AS execution_ms,
    q.rows_inserted, q.rows_updated, COALESCE(q."user", '') AS "user", COALESCE(q.role, '') AS role,
    COALESCE(q.warehouse, '') AS warehouse, COALESCE(q.database, '') AS database, COALESCE(q.schema, '') AS schema,
    UPPER(COALESCE(q.query_type, '')) AS query_type, COALESCE(q.user_type, '') AS user_type,
    COALESCE(q.parameterized_hash, '') AS parameterized_hash, COALESCE(q.node_id, '') AS node_id,
    COALESCE(q.tool, '') AS tool, COALESCE(q.tool_use, '') AS tool_use,
    COALESCE(s.application, s.client, '') AS application, CASE WHEN :by_tag = 1 THEN COALESCE(q.tag, '') ELSE '' END AS tag,
    CASE WHEN UPPER(COALESCE(q.status, 'SUCCESS')) = 'SUCCESS' AND COALESCE(q.error_code, '') = '' THEN 1 ELSE 0 END AS succeeded,
    CASE WHEN q.client_generated THEN 1 ELSE 0 END AS client,
    CASE WHEN UPPER(q.user_type) = 'SNOWFLAKE_SERVICE' THEN 1 ELSE 0 END AS service
FROM queries AS q
LEFT JOIN sessions AS s ON s.session_id = q.session_id
WHERE q.start_ms >= :day_ms AND q.start_ms < :day_end_ms
